import Glibc
import OrienModel
import OrienSystem
import Testing

@Suite("Files beneath a folder")
struct FolderFileTests {
  @Test("A link is not followed, as file or on the way", arguments: ["file", "out/secret", "self"])
  func links(_ name: String) throws {
    let (outside, scratch) = (Scratch(), Scratch())
    outside.write("secret", to: "secret")
    symlink(outside["secret"], scratch["file"])
    symlink(outside.path, scratch["out"])
    symlink("/proc/self/root", scratch["self"])
    // Without the folder's care the way is open.
    #expect(access(scratch[name], R_OK) == 0)
    let folder = try scratch.folder()
    for access in [FileAccess.read, .replace, .append] {
      #expect(reason { _ = try folder.file(FolderPath(name), for: access) } == "path-escape")
    }
    #expect(outside.read("secret") == "secret")
  }

  @Test(
    "The kernel's own links lead nowhere", .enabled(if: access("/proc/self/fd/0", F_OK) == 0),
    arguments: ["self/root/etc/passwd", "self/cwd/x", "self/fd/0", "thread-self/root/etc/passwd"])
  func magic(_ path: String) throws {
    let folder = try Folder(at: "/proc")
    let refused = try #require(reason { _ = try folder.file(FolderPath(path)) })
    #expect(["path-escape", "not-found"].contains(refused))
  }

  @Test("A file with a second name is refused, and not emptied, for that may lie outside")
  func hardLink() throws {
    let (outside, scratch) = (Scratch(), Scratch())
    outside.write("secret", to: "secret")
    link(outside["secret"], scratch["file"])
    let folder = try scratch.folder()
    for access in [FileAccess.read, .replace, .append] {
      #expect(reason { _ = try folder.file("file", for: access) } == "not-a-file")
    }
    #expect(outside.read("secret") == "secret")
    unlink(outside["secret"])
    #expect(reason { _ = try folder.file("file") } == nil)
  }

  @Test(
    "What is no regular file is refused at once", arguments: ["fifo", "socket", "folder", "device"])
  func special(_ name: String) throws {
    let scratch = Scratch()
    mkfifo(scratch["fifo"], 0o600)
    mkdir(scratch["folder"], 0o700)
    mknod(scratch["socket"], S_IFSOCK | 0o600, 0)
    // Who may not make a device finds none, which is refused as well.
    mknod(scratch["device"], S_IFCHR | 0o600, 0x103)
    let folder = try scratch.folder()
    for access in [FileAccess.read, .replace, .append] {
      #expect(
        ["not-a-file", "not-found"].contains(
          reason { _ = try folder.file(FolderPath(name), for: access) }) || !scratch.exists(name))
    }
  }

  @Test("What is at hand is what would be opened, and is never more")
  func atHand() throws {
    let (outside, scratch) = (Scratch(), Scratch())
    outside.write("secret", to: "secret")
    scratch.write("text", to: "file")
    mkdir(scratch["folder"], 0o700)
    scratch.write("text", to: "folder/file")
    symlink(outside["secret"], scratch["link"])
    symlink(outside.path, scratch["out"])
    link(outside["secret"], scratch["twin"])
    mkfifo(scratch["fifo"], 0o600)
    let folder = try scratch.folder()
    for path: FolderPath in ["file", "folder/file"] {
      // Somebody else's rename may have the kernel ask for another try.
      #expect((0..<1000).contains { _ in folder.hasFileAtHand(path) })
    }
    for name in ["none", "folder", "link", "out/secret", "twin", "fifo"] {
      #expect(!folder.hasFileAtHand(try FolderPath(name)))
    }
    #expect(folder.statusAtHand(of: "none") == nil)
    // As above: others of this machine may hold up any one look.
    #expect((0..<1000).contains { _ in folder.statusAtHand(of: "twin")?.links == 2 })
    #expect((0..<1000).contains { _ in folder.statusAtHand(of: "link")?.kind == .link })
  }

  @Test("Each access does what it says")
  func accesses() throws {
    let scratch = Scratch()
    let folder = try scratch.folder()
    #expect(reason { _ = try folder.file("f") } == "not-found")
    try folder.file("f", for: .create).writeAll(Array("one".utf8))
    #expect(reason { _ = try folder.file("f", for: .create) } == "exists")
    try folder.file("f", for: .append).writeAll(Array("two".utf8))
    #expect(scratch.read("f") == "onetwo")
    try folder.file("f", for: .replace).writeAll(Array("three".utf8))
    #expect(scratch.read("f") == "three")
    #expect(try folder.file("f").readAll(from: 2, atMost: 100) == Array("ree".utf8))
  }

  @Test("A file is read to its end, whatever size it says that it has")
  func wholeFiles() throws {
    let scratch = Scratch()
    let folder = try scratch.folder()
    for bytes in [0, 1, 4095, 4096, 4097, 1 << 18, 1 << 18 + 1, 3 << 18 + 5] {
      let content = (0..<bytes).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      try folder.file("f", for: .replace).writeAll(content)
      #expect(try folder.file("f").readAll(atMost: .max) == content)
      #expect(
        try folder.file("f").readAll(from: 3, atMost: 5000)
          == Array(content.dropFirst(3).prefix(5000)))
    }
    // Of holes alone, and larger than anybody reads.
    let raw = open(scratch["hole"], O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    let hole = Descriptor(owning: raw)
    #expect(ftruncate(raw, 1 << 43) == 0)
    #expect(try hole.readAll(from: 1 << 42, atMost: 10_000) == Array(repeating: 0, count: 10_000))
    // The kernel makes it up, and gives no more than a page or so at a time.
    let made = Descriptor(owning: open("/proc/self/smaps", O_RDONLY | O_CLOEXEC))
    let text = String(decoding: try made.readAll(atMost: 1 << 24), as: UTF8.self)
    #expect(text.utf8.count > 4096 && text.contains("VmFlags:"))
  }

  @Test("What is written anew is all that a file holds")
  func rewriting() throws {
    let scratch = Scratch()
    let folder = try scratch.folder()
    for text in ["a longer text", "short", "", "a text that is longer still"] {
      let raw = open(scratch["f"], O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
      try Descriptor(owning: raw).rewrite(Array(text.utf8))
      #expect(try folder.file("f").readAll(atMost: 100) == Array(text.utf8))
    }
  }

  @Test("Names of 255 bytes, twins of case and of composition: each is its own file")
  func names() throws {
    let scratch = Scratch()
    let folder = try scratch.folder()
    let names = [
      String(repeating: "n", count: 255), "A", "a", "\u{E9}", "e\u{301}", "-rf", "．．／", "a\nb",
    ]
    for name in names {
      try folder.file(FolderPath(name), for: .create).writeAll(Array(name.utf8))
    }
    for name in names {
      #expect(try folder.file(FolderPath(name)).readAll(atMost: 999) == Array(name.utf8))
    }
    #expect(try folder.names().count == names.count)
  }

  @Test("A mount in the tree is not entered", .enabled(if: geteuid() == 0))
  func mount() throws {
    let scratch = Scratch()
    mkdir(scratch["disk"], 0o700)
    let path = scratch["disk/file"]
    let hasRun = Hostile.mounting(at: scratch["disk"]) {
      fclose(fopen(path, "w"))
      #expect(reason { _ = try scratch.folder().file("disk/file") } == "path-escape")
      #expect(reason { _ = try scratch.folder().removeTree("disk", entries: 9) } == "busy")
      #expect(access(path, F_OK) == 0)
    }
    #expect(hasRun)
  }

  @Test("Removing a file follows no link and takes no folder")
  func removes() throws {
    let (outside, scratch) = (Scratch(), Scratch())
    outside.write("secret", to: "secret")
    symlink(outside.path, scratch["out"])
    mkdir(scratch["folder"], 0o700)
    let folder = try scratch.folder()
    #expect(reason { _ = try folder.removeFile("out/secret") } == "path-escape")
    #expect(reason { _ = try folder.removeFile("folder") } == "not-a-file")
    #expect(try folder.removeFile("out").kind == .link)
    #expect(outside.read("secret") == "secret")
  }
}
