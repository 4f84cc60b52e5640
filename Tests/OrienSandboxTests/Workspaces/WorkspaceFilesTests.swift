import Glibc
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

@Suite("Files of a workspace", .timeLimit(.minutes(2)))
struct WorkspaceFilesTests {
  let rig: WorkspaceRig
  let workspace: Workspace

  init() throws {
    rig = try WorkspaceRig()
    workspace = try rig.open("s")
  }

  private func download(_ path: FolderPath, from start: UInt64 = 0) throws -> FileDownload {
    try rig.result { rig.workspaces.download(path, in: workspace, from: start, then: $0) }
  }

  private func next(_ download: FileDownload, atMost count: Int = 1 << 18) throws -> [UInt8] {
    try rig.result { download.next(atMost: count, then: $0) }
  }

  @Test("A file comes back as it was sent, and both sides know its hash")
  func roundTrip() throws {
    let upload = try rig.result {
      rig.workspaces.upload(to: "in/abc", in: workspace, bytes: 3, then: $0)
    }
    for byte in "abc".utf8 { try rig.result { upload.write([byte], then: $0) } }
    let stored = try rig.result { upload.finish(then: $0) }
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(stored.sha256 == abc && stored.bytes == 3 && stored.isNew)
    let download = try download("in/abc")
    #expect(download.bytes == 3)
    #expect(try next(download, atMost: 2) == Array("ab".utf8))
    #expect(try next(download) == Array("c".utf8))
    #expect(try next(download).isEmpty)
    #expect(try workspace.list().files.first?.sha256 == abc)
    let middle = try self.download("in/abc", from: 1)
    #expect(try next(middle) == Array("bc".utf8))
    #expect(try self.download("in/abc", from: 99).bytes == 0)
  }

  @Test("A file that grows while it is sent is sent as long as it was")
  func grows() throws {
    rig.script("1234567890", to: "log", in: workspace)
    let download = try download("log")
    #expect(try next(download, atMost: 4) == Array("1234".utf8))
    let file = fopen(workspace.path + "/log", "a")!
    fputs("more", file)
    fclose(file)
    #expect(try next(download) == Array("567890".utf8))
    #expect(try next(download).isEmpty)
  }

  @Test("A file that shrinks while it is sent ends in a failure, not in fewer bytes")
  func shrinks() throws {
    rig.script("1234567890", to: "log", in: workspace)
    let download = try download("log")
    truncate(workspace.path + "/log", 5)
    #expect(reason { try next(download) } == "file-changed")
  }

  @Test("A file that is larger than a workspace may be is not sent, full of holes as it may be")
  func sparse() throws {
    let file = fopen(workspace.path + "/sparse", "w")!
    ftruncate(fileno(file), 1 << 40)
    fclose(file)
    #expect(reason { try download("sparse") } == "file-too-large")
    let listed = try #require(try workspace.list().files.first)
    #expect(listed.bytes == 1 << 40 && listed.sha256 == nil)
  }

  @Test(
    "A file argument is proven to be a file of the workspace, or named with its fault",
    arguments: [
      ("script.py", nil), ("in/data", nil), ("-rf", nil), ("../x", "path-escape"),
      ("/etc/passwd", "path-escape"), ("link", "path-escape"), ("out/passwd", "path-escape"),
      ("none", "not-found"), ("in/none", "not-found"), ("in", "not-a-file"),
      ("fifo", "not-a-file"), ("twin", "not-a-file"), ("a\0b", "path-invalid"),
      ("", "path-invalid"), ("script.py/x", "not-found"),
      (String(repeating: "n", count: 256), "path-too-long"),
    ])
  func prove(path: String, fault: String?) throws {
    for name in ["script.py", "in/data", "-rf", "one"] { try rig.put("x", to: name, in: workspace) }
    symlink("/etc/passwd", workspace.path + "/link")
    symlink("/etc", workspace.path + "/out")
    mkfifo(workspace.path + "/fifo", 0o600)
    link(workspace.path + "/one", workspace.path + "/twin")
    let result: Result<Void, Failure> = rig.answer {
      rig.workspaces.prove([("script", path), ("good", "script.py")], in: workspace, then: $0)
    }
    guard let fault else { return #expect(reason { try result.get() } == nil) }
    let failure = #expect(throws: Failure.self) { try result.get() }
    #expect(failure?.code == .invalid)
    #expect(failure?.faults.map(\.pointer) == ["/args/script"])
    #expect(failure?.faults.first?.message.hasPrefix(fault) == true)
  }

  @Test("A listing names files by their bytes, says what is a link, and leaves folders out")
  func lists() throws {
    for name in ["b", "A", "a", "\u{E9}", "e\u{301}", "in/deep/file", "．．"] {
      try rig.put(name, to: name, in: workspace)
    }
    symlink("/etc", workspace.path + "/out")
    fclose(fopen(workspace.path + "/raw", "w"))
    let raw: [CChar] = (workspace.path + "/").utf8CString.dropLast() + [-1, -2, 0]
    fclose(fopen(raw, "w"))
    let listing = try workspace.list()
    #expect(!listing.isTruncated)
    #expect(
      listing.files.map(\.path.percentEncoded) == [
        "A", "a", "b", "e%cc%81", "in/deep/file", "out", "raw", "%c3%a9", "%ef%bc%8e%ef%bc%8e",
        "%ff%fe",
      ])
    for file in listing.files {
      #expect((file.kind == .link) == (file.path == "out"))
      #expect((file.sha256 == nil) == (file.path == "out"))
    }
    #expect(Set(listing.files.compactMap(\.sha256)).count == 8)
  }

  @Test("A hash is remembered for as long as the file is the same")
  func hashes() throws {
    rig.script("one", to: "f", in: workspace)
    let first = try workspace.list().files[0].sha256
    rig.script("two", to: "f", in: workspace)
    let second = try workspace.list().files[0].sha256
    #expect(first != second)
    #expect(try workspace.list().files[0].sha256 == second)
  }

  @Test("A listing is bounded in files and in bytes hashed")
  func bounded() throws {
    let rig = try WorkspaceRig {
      $0.listedFiles = 5
      $0.hashedBytes = 10
    }
    let workspace = try rig.open("s")
    for index in 0..<8 { rig.script("1234", to: "\(index)", in: workspace) }
    let listing = try workspace.list()
    #expect(listing.isTruncated && listing.files.count == 5)
    #expect(listing.files.count { $0.sha256 != nil } == 2)
  }

  @Test("A file is removed by its path, a folder is not, and nothing through a link")
  func removes() throws {
    try rig.put("x", to: "in/file", in: workspace)
    symlink("in", workspace.path + "/link")
    func remove(_ path: FolderPath) throws {
      try rig.result { rig.workspaces.removeFile(path, in: workspace, then: $0) }
    }
    #expect(reason { try remove("in") } == "not-a-file")
    #expect(reason { try remove("link/file") } == "path-escape")
    #expect(reason { try remove("none") } == "not-found")
    try remove("link")
    try remove("in/file")
    #expect(workspace.account.used.bytes == 0)
    #expect(try workspace.list().files.isEmpty)
  }

  @Test("What arrives after its session was removed goes nowhere")
  func late() throws {
    let upload = try rig.result {
      rig.workspaces.upload(to: "f", in: workspace, bytes: nil, then: $0)
    }
    try rig.result { upload.write([1], then: $0) }
    try rig.remove("s")
    #expect(reason { try rig.result { upload.finish(then: $0) } } == "workspace-removed")
    #expect(reason { try rig.put("x", to: "g", in: workspace) } == "workspace-removed")
    #expect(try rig.folders() == [])
  }

  @Test("A handler's file is beneath the workspace, whatever it is opened for")
  func handlers() throws {
    symlink("/etc", workspace.path + "/out")
    for access in [FileAccess.read, .replace, .append] {
      #expect(reason { _ = try workspace.open("out/passwd", for: access) } == "path-escape")
      #expect(reason { _ = try workspace.open("../x", for: access) } == "path-escape")
    }
    try workspace.open("log", for: .append).writeAll([65])
    try workspace.open("log", for: .append).writeAll([66])
    #expect(try workspace.open("log", for: .read).readAll(atMost: 9) == [65, 66])
  }
}
