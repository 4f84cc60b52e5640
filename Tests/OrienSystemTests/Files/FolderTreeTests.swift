import Glibc
import OrienModel
import OrienSystem
import Synchronization
import Testing

@Suite("Trees beneath a folder")
struct FolderTreeTests {
  /// Nests folders as a program does: each made and entered by a name alone.
  private func nest(_ depth: Int, _ name: String, in path: String) {
    var folder = open(path, O_RDONLY | O_DIRECTORY)
    for _ in 0..<depth {
      mkdirat(folder, name, 0o700)
      let next = openat(folder, name, O_RDONLY | O_DIRECTORY)
      close(folder)
      folder = next
    }
    close(folder)
  }

  @Test(
    "A tree of any depth is walked and removed",
    arguments: ["d", String(repeating: "d", count: 255)])
  func deep(_ name: String) throws {
    let scratch = Scratch()
    mkdir(scratch["tree"], 0o700)
    nest(2000, name, in: scratch["tree"])
    let folder = try scratch.folder()
    let walk = try FolderWalk(folder)
    var (count, deepest, unnamed) = (0, 0, 0)
    while let entry = try walk.next() {
      count += 1
      deepest = max(deepest, walk.depth)
      if let path = walk.path(of: entry.name) {
        #expect(path.depth == walk.depth + 1)
      } else {
        unnamed += 1
      }
    }
    #expect(count == 2001)
    #expect(deepest == 2000)
    // A path has an end, a tree has none.
    #expect((unnamed > 0) == (name.count > 1))
    #expect(try folder.removeTree("tree", entries: .max))
    #expect(try folder.names().isEmpty)
  }

  @Test("A wide and branching tree is walked whole, each entry once")
  func branching() throws {
    let scratch = Scratch()
    var expected: Set<String> = []
    for a in 0..<4 {
      mkdir(scratch["\(a)"], 0o700)
      expected.insert("\(a)")
      for b in 0..<5 {
        mkdir(scratch["\(a)/\(b)"], 0o700)
        scratch.write("x", to: "\(a)/\(b)/f")
        expected.formUnion(["\(a)/\(b)", "\(a)/\(b)/f"])
      }
    }
    // Two branches at each of many levels: more folders than are kept open have more to read.
    var path = "deep"
    for _ in 0..<100 {
      mkdir(scratch[path], 0o700)
      mkdir(scratch[path + "/leaf"], 0o700)
      expected.formUnion([path, path + "/leaf"])
      path += "/d"
    }
    let walk = try FolderWalk(try scratch.folder())
    var seen: [String] = []
    while let entry = try walk.next() { seen.append(walk.path(of: entry.name)?.text ?? "-") }
    #expect(seen.count == expected.count)
    #expect(Set(seen) == expected)
  }

  @Test("A walk goes as deep as it is told, and says that there is more")
  func bounded() throws {
    let scratch = Scratch()
    nest(5, "d", in: scratch.path)
    let folder = try scratch.folder()
    for (limit, entries) in [(0, 1), (3, 4), (4, 5), (5, 5)] {
      let walk = try FolderWalk(folder, maximumDepth: limit)
      var count = 0
      while try walk.next() != nil { count += 1 }
      #expect(count == entries)
      #expect(walk.isCut == (limit < 5))
    }
  }

  @Test(
    "What cannot be removed is said so at once, and the rest is gone", .enabled(if: geteuid() == 0))
  func immutable() throws {
    let scratch = Scratch()
    mkdir(scratch["tree"], 0o700)
    for name in ["a", "kept", "z"] { scratch.write("x", to: "tree/\(name)") }
    let kept = open(scratch["tree/kept"], O_RDONLY)
    defer { close(kept) }
    // Not every file system, and not every root, can make a file that nobody may remove.
    guard Hostile.setFlags(kept, 0x20 /* FS_APPEND_FL */) else { return }
    defer { _ = Hostile.setFlags(kept, 0) }
    let folder = try scratch.folder()
    #expect(reason { while !(try folder.removeTree("tree", entries: 2)) {} } == "busy")
    _ = try? folder.removeTree("tree", entries: 100)
    #expect(try folder.folder("tree").names() == ["kept"])
  }

  @Test("A removal goes on in slices where it stopped")
  func slices() throws {
    let scratch = Scratch()
    mkdir(scratch["tree"], 0o700)
    for index in 0..<50 { scratch.write("x", to: "tree/\(index)") }
    nest(50, "d", in: scratch["tree"])
    let folder = try scratch.folder()
    var slices = 1
    while !(try folder.removeTree("tree", entries: 10)) { slices += 1 }
    #expect(slices >= 10)
    #expect(try folder.names().isEmpty)
  }

  @Test("What is not there is removed already, and a file is removed as a tree is")
  func degenerate() throws {
    let scratch = Scratch()
    scratch.write("x", to: "file")
    symlink("/tmp", scratch["link"])
    let folder = try scratch.folder()
    for name in ["none", "file", "link"] {
      #expect(try folder.removeTree(FolderPath(name), entries: 1))
    }
    #expect(try folder.names().isEmpty)
  }

  @Test("Folders that their owner may not use are counted and removed all the same")
  func modes() throws {
    // Root may do everything: the work is done as somebody whom modes bind.
    let scratch = Scratch()
    let top = try scratch.openedToAll()
    let path = scratch.path
    let found = Mutex<[String]>([])
    Hostile.running(as: geteuid() == 0 ? 65534 : geteuid()) {
      for name in ["", "/none", "/none/in", "/list", "/search"] {
        mkdir(path + "/tree" + name, 0o700)
      }
      for name in ["none/in/f", "list/f", "search/f"] {
        fclose(fopen(path + "/tree/" + name, "w"))
      }
      chmod(path + "/tree/list", 0o400)
      chmod(path + "/tree/search", 0o100)
      chmod(path + "/tree/none/in", 0)
      chmod(path + "/tree/none", 0)
      #expect(opendir(path + "/tree/none") == nil)
      #expect(
        reason {
          let walk = try FolderWalk(top.folder("tree"))
          while let entry = try walk.next() { found.withLock { $0.append(entry.name.text) } }
        } == nil)
      chmod(path + "/tree/none", 0)
      #expect(reason { while !(try top.removeTree("tree", entries: 2)) {} } == nil)
    }
    #expect(found.withLock { $0.sorted() } == ["f", "f", "f", "in", "list", "none", "search"])
    #expect(!scratch.exists("tree"))
  }

  @Test("A program that writes while its tree is removed is outrun once it stops")
  func writer() throws {
    let scratch = Scratch()
    mkdir(scratch["tree"], 0o700)
    let folder = try scratch.folder()
    let top = open(scratch["tree"], O_RDONLY | O_DIRECTORY)
    defer { close(top) }
    let count = Atomic(0)
    let writing = Repeating {
      let number = count.add(1, ordering: .relaxed).newValue
      if number < 3000 { mkdirat(top, "d\(number)", 0o700) }
    }
    for _ in 0..<50 { _ = try? folder.removeTree("tree", entries: 100) }
    writing.stop()
    while !(try folder.removeTree("tree", entries: 1000)) {}
    #expect(try folder.names().isEmpty)
  }
}
