import Glibc
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

@Suite("Artifacts of a workspace", .timeLimit(.minutes(2)))
struct ArtifactTests {
  private func rig(
    _ adjust: (inout WorkspaceLimits) -> Void = { _ in }
  ) throws -> (rig: WorkspaceRig, workspace: Workspace) {
    let rig = try WorkspaceRig(adjust)
    return (rig, try rig.open("s"))
  }

  /// What `change` leaves.
  private func artifacts(
    of workspace: Workspace, _ rig: WorkspaceRig, in folder: FolderPath? = nil,
    _ change: () throws -> Void
  ) throws -> Artifacts {
    let before = try rig.result {
      rig.workspaces.snapshot(of: workspace, in: folder, then: $0)
    }
    try change()
    return rig.answer { rig.workspaces.artifacts(in: workspace, since: before, then: $0) }
  }

  @Test("Files that appeared or changed are told with their hash, and others are not")
  func changes() throws {
    let (rig, workspace) = try rig()
    for name in ["kept", "changed", "moved", "gone"] { try rig.put("one", to: name, in: workspace) }
    let found = try artifacts(of: workspace, rig) {
      rig.script("abc", to: "new", in: workspace)
      rig.script("two", to: "changed", in: workspace)
      rename(workspace.path + "/moved", workspace.path + "/elsewhere")
      unlink(workspace.path + "/gone")
    }
    #expect(found.files.map(\.path.text) == ["changed", "elsewhere", "new"])
    #expect(
      found.files.last?.sha256
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(found.others.isEmpty && found.more == 0 && found.failure == nil)
  }

  @Test("A file written over in the tick in which it came is told, as long as it was or not")
  func fresh() throws {
    let (rig, workspace) = try rig()
    for round in 0..<20 {
      let name = "f\(round)"
      rig.script("1", to: name, in: workspace)
      let found = try artifacts(of: workspace, rig) {
        rig.script("2", to: name, in: workspace)
      }
      #expect(found.files.map(\.path.text) == [name])
    }
    let found = try artifacts(of: workspace, rig) {}
    #expect(found == Artifacts())
  }

  @Test("What is no regular file is told by its kind, and never opened")
  func others() throws {
    let (rig, workspace) = try rig()
    let found = try artifacts(of: workspace, rig) {
      symlink("/etc/passwd", workspace.path + "/link")
      mkfifo(workspace.path + "/fifo", 0o600)
      rig.script("x", to: "one", in: workspace)
      link(workspace.path + "/one", workspace.path + "/twin")
    }
    #expect(found.files.isEmpty)
    let kinds = found.others.map { "\($0.path.text) \($0.kind)" }
    #expect(kinds == ["fifo other", "link link", "one file", "twin file"])
  }

  @Test("A folder that has become a link is told as one, and not entered")
  func folder() throws {
    let (rig, workspace) = try rig()
    mkdir(workspace.path + "/out", 0o700)
    let found = try artifacts(of: workspace, rig, in: "out") {
      rig.script("x", to: "out/a", in: workspace)
      rig.script("x", to: "b", in: workspace)
    }
    #expect(found.files.map(\.path.text) == ["out/a"])
    let linked = try artifacts(of: workspace, rig, in: "out") {
      unlink(workspace.path + "/out/a")
      rmdir(workspace.path + "/out")
      symlink("/etc", workspace.path + "/out")
    }
    #expect(linked.files.isEmpty)
    #expect(linked.others.map(\.kind) == ["link"])
  }

  @Test("Names and bytes are bounded, and what is left out is counted")
  func bounds() throws {
    let (rig, workspace) = try rig {
      $0.artifacts = 3
      $0.artifactBytes = 10
    }
    let found = try artifacts(of: workspace, rig) {
      for name in ["a", "b", "c", "d", "e"] { rig.script("12345", to: name, in: workspace) }
    }
    #expect(found.files.map(\.path.text) == ["a", "b"])
    #expect(found.others.map(\.path.text) == ["c"])
    #expect(found.more == 2)
  }

  @Test("A file is sent as it was left, or not at all")
  func sending() throws {
    let (rig, workspace) = try rig()
    let found = try artifacts(of: workspace, rig) { rig.script("1", to: "a", in: workspace) }
    let file = try #require(found.files.first)
    let download = try rig.result { rig.workspaces.download(file, in: workspace, then: $0) }
    #expect(try rig.result { download.next(then: $0) } == Array("1".utf8))
    rig.script("2", to: "a", in: workspace)
    let changed = reason {
      try rig.result { rig.workspaces.download(file, in: workspace, then: $0) }
    }
    #expect(changed == "artifact-changed")
    unlink(workspace.path + "/a")
    let gone = reason { try rig.result { rig.workspaces.check([file], in: workspace, then: $0) } }
    #expect(gone == "artifact-gone")
    symlink("/etc/passwd", workspace.path + "/a")
    let linked = reason { try rig.result { rig.workspaces.check([file], in: workspace, then: $0) } }
    #expect(linked == "path-escape")
  }

  @Test("A record's words come back as what they were, also of names that are no text")
  func words() throws {
    var artifacts = Artifacts()
    artifacts.files = [
      Artifacts.File(path: try FolderPath([0x61, 0xFF]), bytes: 3, sha256: "ab"),
      Artifacts.File(path: "b \u{7}\"", bytes: .max, sha256: ""),
    ]
    artifacts.others = [Artifacts.Other(path: "l", kind: "link", reason: "is no file")]
    artifacts.more = 7
    artifacts.failure = "no"
    #expect(try Artifacts(artifacts.json) == artifacts)
    #expect(try Artifacts(Artifacts().json) == Artifacts())
  }
}
