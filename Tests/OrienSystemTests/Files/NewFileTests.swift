import Glibc
import OrienModel
import OrienSystem
import Testing

@Suite("New files")
struct NewFileTests {
  let scratch = Scratch()

  @Test("Given up, one leaves nothing, not even while it is written")
  func givenUp() throws {
    let folder = try scratch.folder()
    let file = try NewFile(in: folder)
    try file.write(Array("half".utf8))
    #expect(try folder.names().isEmpty)
    #expect(try file.status().links == 0)
  }

  @Test(
    "Published, one has its name, and the folders on the way are made", arguments: [true, false])
  func published(lasting: Bool) throws {
    let folder = try scratch.folder()
    let file = try NewFile(in: folder)
    try file.write(Array("whole".utf8))
    var added = 0
    #expect(try file.publish(as: "a/b/file", in: folder, lasting: lasting) { added += 1 } == nil)
    #expect(added == 3)
    #expect(scratch.read("a/b/file") == "whole")
    #expect(reason { _ = try folder.file("a/b/file") } == nil)
  }

  @Test("A reader finds the old bytes or the new, never a part of either")
  func atomic() throws {
    let folder = try scratch.folder()
    let texts = ["a", "b"].map { String(repeating: $0, count: 40_000) }
    scratch.write(texts[0], to: "file")
    let scratch = scratch
    let isWhole = Repeating {
      let text = scratch.read("file")
      #expect(text == texts[0] || text == texts[1])
    }
    for round in 0..<200 {
      let file = try NewFile(in: folder)
      try file.write(Array(texts[round % 2].utf8))
      let old = try file.publish(as: "file", in: folder) { Issue.record("nothing is added") }
      #expect(old?.bytes == 40_000)
    }
    isWhole.stop()
    #expect(try folder.names() == ["file"])
  }

  @Test("Refused on the way, the folders made for it go again, and those that were there stay")
  func refused() throws {
    let folder = try scratch.folder()
    mkdir(scratch["there"], 0o700)
    let file = try NewFile(in: folder)
    var left = 2
    let refusal = reason {
      _ = try file.publish(as: "there/a/b/file", in: folder) { () throws(Failure) in
        left -= 1
        if left < 0 { throw Failure(.full, "no-more", "") }
      }
    }
    #expect(refusal == "no-more")
    #expect(try folder.names() == ["there"])
    #expect(try folder.folder("there").names().isEmpty)
  }

  @Test("What has the name and is no regular file is refused, and stays as it is")
  func over() throws {
    let outside = Scratch()
    outside.write("outside", to: "file")
    symlink(outside["file"], scratch["link"])
    mkfifo(scratch["fifo"], 0o600)
    mkdir(scratch["folder"], 0o700)
    let folder = try scratch.folder()
    let file = try NewFile(in: folder)
    for (name, expected) in [
      ("link", "path-escape"), ("fifo", "not-a-file"), ("folder", "is-a-folder"),
      ("link/x", "path-escape"), ("fifo/x", "not-a-folder"),
    ] {
      let refusal = reason { _ = try file.publish(as: FolderPath(name), in: folder) {} }
      #expect(refusal == expected)
    }
    #expect(outside.read("file") == "outside")
    #expect(try scratch.names() == ["fifo", "folder", "link"])
    #expect(try folder.status(of: "link").kind == .link)
  }

  @Test("It lies at most 100 folders deep")
  func depth() throws {
    let folder = try scratch.folder()
    let hundred = String(repeating: "d/", count: 100)
    let file = try NewFile(in: folder)
    #expect(
      reason { _ = try file.publish(as: FolderPath("d/" + hundred + "f"), in: folder) {} }
        == "path-too-long")
    #expect(try folder.names().isEmpty)
    #expect(try file.publish(as: FolderPath(hundred + "f"), in: folder) {} == nil)
  }
}
