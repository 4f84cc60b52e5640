import Glibc
import OrienModel
import OrienSystem
import Testing

@Suite("A folder that the node relies on")
struct FolderTrustTests {
  @Test("Missing folders of its path are made, for this user alone")
  func makes() throws {
    let scratch = Scratch()
    #expect(reason { try Folder(at: scratch["a/b"]) } == "not-found")
    let folder = try Folder(at: scratch["a/b"], creating: true)
    #expect(try folder.status().mode == 0o700)
    #expect(try Folder(at: scratch["a/b"]).path == scratch["a/b"])
  }

  @Test("A link in its path is refused, wherever it stands", arguments: ["link", "link/inner"])
  func links(_ name: String) {
    let scratch = Scratch()
    mkdir(scratch["real"], 0o700)
    mkdir(scratch["real/inner"], 0o700)
    symlink(scratch["real"], scratch["link"])
    #expect(access(scratch[name], F_OK) == 0)
    #expect(reason { try Folder(at: scratch[name], creating: true) } == "untrusted-path")
  }

  @Test("A file in its path is refused")
  func file() {
    let scratch = Scratch()
    scratch.write("", to: "file")
    #expect(reason { try Folder(at: scratch["file"], creating: true) } == "untrusted-path")
  }

  @Test(
    "One that others may write to is refused, but for a sticky one on the way",
    arguments: [(0o777, false), (0o770, false), (0o1777, true), (0o755, true), (0o711, true)])
  func modes(mode: UInt32, isFine: Bool) {
    let scratch = Scratch()
    mkdir(scratch["outer"], 0o700)
    mkdir(scratch["outer/inner"], 0o700)
    chmod(scratch["outer"], mode)
    let expected = isFine ? nil : "untrusted-path"
    #expect(reason { try Folder(at: scratch["outer/inner"]) } == expected)
    if mode & 0o022 != 0 {
      #expect(reason { try Folder(at: scratch["outer"]) } == "untrusted-path")
    }
  }

  @Test(
    "One that somebody else made first is refused, and said whose it is",
    .enabled(if: geteuid() == 0, "only root can give a folder to somebody else"))
  func owner() throws {
    let scratch = Scratch()
    mkdir(scratch["theirs"], 0o700)
    mkdir(scratch["theirs/inner"], 0o700)
    chown(scratch["theirs"], 12345, 12345)
    for name in ["theirs", "theirs/inner"] {
      let failure = #expect(throws: Failure.self) { try Folder(at: scratch[name], creating: true) }
      #expect(failure?.code == .denied)
      #expect(failure?.message.contains("user 12345") == true)
    }
  }

  @Test("Only an absolute path without .. will do", arguments: ["", "x", "/tmp/../tmp"])
  func absolute(_ path: String) {
    #expect(reason { try Folder(at: path) } == "path-invalid")
  }
}
