import Glibc
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

/// A node may die at any moment. The next one makes folders and sessions equal before it serves.
@Suite("Workspaces after a crash", .timeLimit(.minutes(2)))
struct WorkspacesStartTests {
  private func equal(_ rig: WorkspaceRig) throws -> Bool {
    try rig.folders() == Set(rig.store.sessions.values.map(\.folder))
  }

  @Test("Committed, and died before the folder was made: the session never was")
  func intentAlone() throws {
    let rig = try WorkspaceRig()
    rig.store.isMute = true
    rig.workspaces.open(rig.key("s")) { _ in Issue.record("nobody lives to hear this") }
    #expect(rig.store.sessions.count == 1)
    let adoption = try rig.restart()
    #expect(adoption.forgotten == 1 && adoption.sessions == 0)
    #expect(rig.store.sessions.isEmpty)
    #expect(try equal(rig))
  }

  @Test("Forgotten, and died before the folder was removed: the folder goes")
  func folderAlone() throws {
    let rig = try WorkspaceRig()
    let workspace = try rig.open("s")
    try rig.put("residue", to: "deep/er/file", in: workspace)
    rig.store.isMute = true
    rig.workspaces.remove(rig.key("s")) { _ in Issue.record("nobody lives to hear this") }
    let adoption = try rig.restart()
    #expect(adoption.removedFolders == 1)
    #expect(try rig.folders() == [])
    #expect(try rig.open("s").list().files.isEmpty)
    #expect(try equal(rig))
  }

  @Test("A session with its folder goes on as it was, and counts what it holds")
  func both() throws {
    let rig = try WorkspaceRig { $0.totalBytes = 5000 }
    try rig.put(String(repeating: "x", count: 4000), to: "file", in: try rig.open("s"))
    let adoption = try rig.restart()
    #expect(adoption.sessions == 1 && adoption.forgotten == 0 && adoption.removedFolders == 0)
    rig.wait { rig.workspaces.sessions[rig.key("s")]?.account.used.bytes == 4000 }
    let workspace = try rig.open("s")
    #expect(try workspace.list().files.map(\.path) == ["file"])
    #expect(
      reason { try rig.put(String(repeating: "x", count: 1001), to: "more", in: workspace) }
        == "workspaces-full")
    try rig.put(String(repeating: "x", count: 1000), to: "more", in: workspace)
  }

  @Test("A session that was to pass with its node is gone with it, and no other is")
  func passing() throws {
    let rig = try WorkspaceRig()
    try rig.put("x", to: "file", in: try rig.open("passing", passing: true))
    try rig.put("x", to: "file", in: try rig.open("kept"))
    #expect(rig.store.sessions.count == 1)
    let adoption = try rig.restart()
    #expect(adoption.sessions == 1 && adoption.forgotten == 0 && adoption.removedFolders == 1)
    #expect(rig.store.sessions.values.map(\.key) == [rig.key("kept")])
    #expect(try equal(rig))
  }

  @Test("Killed after any number of steps, folders equal sessions at the next start")
  func anyMoment() throws {
    for steps in 0..<12 {
      let rig = try WorkspaceRig()
      var left = steps
      // Each turn of the loop is a moment at which the node may die.
      for id in ["a", "b"] { rig.workspaces.open(rig.key(id)) { _ in } }
      rig.workspaces.remove(rig.key("a")) { _ in }
      rig.wait {
        left -= 1
        return left <= 0
      }
      rig.workspaces.remove(rig.key("b")) { _ in }
      _ = try rig.restart()
      #expect(try equal(rig), "after \(steps) steps")
    }
  }

  @Test("What is none of the node's is left alone, also where the store names it")
  func strangers() throws {
    let rig = try WorkspaceRig()
    for name in ["lost+found", "Photos", ".config", String(repeating: "g", count: 32)] {
      mkdir(rig.root + "/" + name, 0o700)
    }
    for (id, folder) in [("x", "../.."), ("y", "Photos"), ("z", "/etc")] {
      rig.store.sessions[rig.key(id)] = Session(
        key: rig.key(id), folder: folder, createdAt: .now, lastUsedAt: .now)
    }
    let adoption = try rig.restart()
    #expect(adoption.strangers.count == 4)
    #expect(adoption.forgotten == 3)
    #expect(try rig.folders().count == 4)
  }

  @Test("A session that was idle too long is removed soon after the start")
  func expired() throws {
    let rig = try WorkspaceRig { $0.idle = .seconds(3600) }
    for id in ["old", "new"] { _ = try rig.open(id) }
    rig.store.sessions[rig.key("old")]?.lastUsedAt.microseconds -= 3_601_000_000
    _ = try rig.restart()
    rig.workspaces.sweep()
    rig.wait { rig.store.sessions.count == 1 }
    #expect(rig.store.sessions[rig.key("new")] != nil)
    rig.wait { (try? self.equal(rig)) == true }
  }

  @Test("A clock that was set back makes no session older than none")
  func clock() throws {
    let rig = try WorkspaceRig()
    _ = try rig.open("s")
    rig.store.sessions[rig.key("s")]?.lastUsedAt.microseconds += 1_000_000_000_000
    _ = try rig.restart()
    rig.workspaces.sweep()
    #expect(try rig.open("s", creating: false).path.isEmpty == false)
  }
}
