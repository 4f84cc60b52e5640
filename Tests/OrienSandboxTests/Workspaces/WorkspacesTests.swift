import Glibc
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

@Suite("Workspaces of sessions", .timeLimit(.minutes(2)))
struct WorkspacesTests {
  @Test("A session is committed before its folder is made, under a name that the node minted")
  func intent() throws {
    let rig = try WorkspaceRig()
    var atInsert: Set<String>?
    rig.store.onInsert = { _ in atInsert = try? rig.folders() }
    let workspace = try rig.open("..secret..")
    #expect(atInsert == [])
    let folder = try #require(rig.store.sessions[rig.key("..secret..")]?.folder)
    #expect(try rig.folders() == [folder])
    #expect(folder.utf8.count == 32 && folder.utf8.allSatisfy(\.isLowerHexDigit))
    #expect(workspace.path == rig.root + "/" + folder)
    #expect(try workspace.folder.status().mode == 0o700)
  }

  @Test("One session is one workspace; ids that look alike, and those of two owners, are several")
  func identity() throws {
    let rig = try WorkspaceRig()
    let ids = ["a", "A", "a.", "a-", "a_", "%2e".replacing("%", with: "_"), "...", "-rf", "--help"]
    var paths: Set<String> = []
    for id in ids {
      let workspace = try rig.open(id)
      #expect(try rig.open(id) === workspace)
      paths.insert(workspace.path)
    }
    paths.insert(try rig.open("a", of: "another").path)
    #expect(paths.count == ids.count + 1)
    #expect(try rig.folders().count == ids.count + 1)
  }

  @Test(
    "An id that is none never gets as far as a folder",
    arguments: [
      "", ".", "..", "../..", " ", "a/b", "a\nb", "${HOME}", ";rm -rf", "😀", "a\0b", "%2e%2e",
      String(repeating: "a", count: 129), String(repeating: "a", count: 10_000),
    ])
  func badIDs(_ id: String) { #expect(SessionID(id) == nil) }

  @Test("What asks while a session is being made shares it")
  func together() throws {
    let rig = try WorkspaceRig()
    var found: [Workspace] = []
    for _ in 0..<5 {
      rig.workspaces.open(rig.key("s")) { result in
        if let workspace = try? result.get() { found.append(workspace) }
      }
    }
    rig.wait { found.count == 5 }
    #expect(found.allSatisfy { $0 === found[0] })
    #expect(rig.store.inserts == 1)
  }

  @Test("A session that is not there is made only for who may make it")
  func unknown() throws {
    let rig = try WorkspaceRig()
    #expect(reason { try rig.open("s", creating: false) } == "session-not-found")
    _ = try rig.open("s")
    #expect(reason { try rig.open("s", of: "another", creating: false) } == "session-not-found")
  }

  @Test("A removed session leaves nothing, and its id starts empty in another folder")
  func removes() throws {
    let rig = try WorkspaceRig()
    let old = try rig.open("s")
    try rig.put("residue", to: "a/b/file", in: old)
    try rig.remove("s")
    #expect(try rig.folders() == [])
    #expect(rig.store.sessions.isEmpty)
    let new = try rig.open("s")
    #expect(new.path != old.path)
    #expect(try new.list().files.isEmpty)
    try rig.remove("never-was")
  }

  @Test("While a call is in it a workspace stays, unless it is removed by force")
  func busy() throws {
    let rig = try WorkspaceRig()
    let workspace = try rig.open("s")
    let lease = try rig.workspaces.lease(workspace)
    let other = try rig.workspaces.lease(workspace)
    other.end()
    #expect(reason { try rig.remove("s") } == "workspace-busy")
    var isRemoved = false
    rig.workspaces.remove(rig.key("s"), force: true) { _ in isRemoved = true }
    let next = try rig.open("s")
    #expect(next.path != workspace.path)
    #expect(!isRemoved)
    #expect(access(workspace.path, F_OK) == 0)
    lease.end()
    rig.wait { isRemoved }
    #expect(access(workspace.path, F_OK) != 0)
    #expect(reason { try rig.workspaces.lease(workspace) } == "workspace-removed")
    #expect(try rig.folders().count == 1)
  }

  @Test("Where the store fails, nothing begins and nothing ends")
  func storeFails() throws {
    let rig = try WorkspaceRig()
    let workspace = try rig.open("kept")
    rig.store.failure = Failure(.full, "disk-full", "")
    #expect(reason { try rig.open("new") } == "disk-full")
    #expect(reason { try rig.remove("kept") } == "disk-full")
    #expect(try rig.open("kept") === workspace)
    #expect(try rig.folders().count == 1)
    rig.store.failure = nil
    _ = try rig.open("new")
    try rig.remove("kept")
  }

  @Test("Where the folder cannot be made, the session is forgotten again")
  func diskFails() throws {
    let rig = try WorkspaceRig()
    rmdir(rig.root)
    #expect(reason { try rig.open("s") } == "not-found")
    rig.wait { rig.store.sessions.isEmpty }
    #expect(reason { try rig.open("s", creating: false) } == "session-not-found")
  }

  @Test("Sessions have a number, and all their bytes a sum, beyond which none is made")
  func bounds() throws {
    let rig = try WorkspaceRig {
      $0.sessions = 2
      $0.totalBytes = 1000
    }
    let first = try rig.open("a")
    try rig.put(String(repeating: "x", count: 1000), to: "file", in: first)
    #expect(reason { try rig.open("b") } == "workspaces-full")
    #expect(reason { try rig.put("x", to: "more", in: first) } == "workspaces-full")
    try rig.remove("a")
    for id in ["b", "c"] { _ = try rig.open(id) }
    #expect(reason { try rig.open("d") } == "sessions-full")
  }

  @Test("Few folders stay open, and a closed one is found again with what is in it")
  func openFolders() throws {
    let rig = try WorkspaceRig { $0.openFolders = 4 }
    let first = try rig.open("s0")
    try rig.put("kept", to: "file", in: first)
    let lease = try rig.workspaces.lease(first)
    for index in 1..<30 {
      _ = try rig.open("s\(index)")
      #expect(rig.workspaces.openFolders <= 5)
    }
    #expect(try rig.open("s0") === first)
    lease.end()
    for index in 1..<30 { _ = try rig.open("s\(index)") }
    let again = try rig.open("s0")
    #expect(again.path == first.path)
    #expect(try again.list().files.map(\.path) == ["file"])
  }

  @Test("A workspace that its script has closed to everybody is opened and removed all the same")
  func closedByScript() throws {
    let rig = try WorkspaceRig { $0.openFolders = 0 }
    let workspace = try rig.open("s")
    try rig.put("x", to: "f", in: workspace)
    chmod(workspace.path, 0)
    // Few folders stay open, and another one takes its place.
    _ = try rig.open("t")
    #expect(try rig.open("s").folder.status().mode == 0o700)
    chmod(workspace.path, 0)
    for id in ["s", "t"] { try rig.remove(id) }
    #expect(try rig.folders() == [])
  }

  @Test("A session that nobody uses is removed in time, one with a call in it is not")
  func idle() throws {
    let rig = try WorkspaceRig { $0.idle = .milliseconds(5) }
    _ = try rig.restart()
    _ = try rig.open("idle")
    let busy = try rig.workspaces.lease(try rig.open("busy"))
    rig.wait { rig.store.sessions.count == 1 }
    #expect(rig.store.sessions[rig.key("busy")] != nil)
    busy.end()
    rig.wait { rig.store.sessions.isEmpty && (try? rig.folders()) == [] }
    rig.workspaces.close()
  }

  @Test("A root that somebody else could have prepared is refused")
  func root() throws {
    let rig = try WorkspaceRig()
    let link = rig.root + "-link"
    symlink(rig.root, link)
    defer { unlink(link) }
    for path in [link, "/tmp", link + "/inner"] {
      #expect(
        reason {
          try Workspaces(at: path, rig.limits, loop: rig.loop, disk: rig.disk, store: rig.store)
        } == "untrusted-path")
    }
  }
}
