import Glibc
import OrienModel
import OrienSystem
import Testing

/// A program swaps a folder with a link to one outside, as fast as it can, while the node works on
/// a path that leads through it. What lies outside is neither read nor written, however the two
/// meet.
@Suite("Folders that are swapped with links", .timeLimit(.minutes(5)))
struct FolderRaceTests {
  let outside = Scratch()
  let scratch = Scratch()

  init() {
    outside.write("outside", to: "file")
    mkdir(scratch["way"], 0o700)
    scratch.write("inside", to: "way/file")
    symlink(outside.path, scratch["link"])
  }

  @Test("A plain open is led outside")
  func bites() {
    let swapping = Hostile.swapping(scratch["way"], scratch["link"])
    defer { swapping.stop() }
    var isOutside = false
    while !isOutside {
      guard let file = fopen(scratch["way/file"], "r") else { continue }
      var first = [UInt8](repeating: 0, count: 7)
      fread(&first, 1, 7, file)
      fclose(file)
      isOutside = first == Array("outside".utf8)
    }
  }

  @Test("10 000 reads and writes beneath the folder never are")
  func reads() throws {
    let folder = try scratch.folder()
    let swapping = Hostile.swapping(scratch["way"], scratch["link"])
    defer { swapping.stop() }
    var (round, reached, refused) = (0, 0, 0)
    // A race in which one side always lost would show nothing.
    while round < 10_000 || reached < 100 || refused < 100 {
      round += 1
      do {
        if round % 4 == 0 {
          try folder.file("way/file", for: .replace).writeAll(Array("inside".utf8))
        } else {
          let bytes = try folder.file("way/file").readAll(atMost: 100)
          try #require(bytes == Array("inside".utf8) || bytes.isEmpty)
        }
        reached += 1
      } catch let failure as Failure {
        try #require(["path-escape", "not-found", "busy"].contains(failure.reason))
        refused += 1
      }
    }
    #expect(outside.read("file") == "outside")
    #expect(try outside.names() == ["file"])
  }

  @Test("A file that goes and comes is there whole or not at all")
  func comesAndGoes() throws {
    let folder = try scratch.folder()
    scratch.write("inside", to: "file")
    let moving = Hostile.moving(scratch["file"], scratch["away"])
    defer { moving.stop() }
    var (round, there, missing) = (0, 0, 0)
    while round < 10_000 || there < 100 || missing < 100 {
      round += 1
      guard let bytes = try folder.contents(of: "file", atMost: 100) else {
        missing += 1
        continue
      }
      try #require(bytes == Array("inside".utf8))
      there += 1
    }
  }

  @Test("New files are put beneath the folder or nowhere")
  func publishes() throws {
    let folder = try scratch.folder()
    let swapping = Hostile.swapping(scratch["way"], scratch["link"])
    defer { swapping.stop() }
    var (round, published, refused) = (0, 0, 0)
    while round < 1000 || published < 10 || refused < 10 {
      round += 1
      let file = try NewFile(in: folder)
      try file.write([1])
      do {
        _ = try file.publish(as: FolderPath("way/deep/\(round % 7)"), in: folder) {}
        published += 1
      } catch {
        try #require(["path-escape", "not-found", "busy", "not-a-folder"].contains(error.reason))
        refused += 1
      }
    }
    #expect(try outside.names() == ["file"])
  }

  @Test("A tree is removed without what its links lead to, while they come and go")
  func removes() throws {
    let folder = try scratch.folder()
    for round in 0..<200 {
      let name = "tree\(round)"
      mkdir(scratch[name], 0o700)
      mkdir(scratch["\(name)/a"], 0o700)
      scratch.write("x", to: "\(name)/a/file")
      symlink(outside.path, scratch["\(name)/b"])
      let swapping = Hostile.swapping(scratch["\(name)/a"], scratch["\(name)/b"])
      defer { swapping.stop() }
      while !(try folder.removeTree(FolderPath(name), entries: 3)) {}
    }
    #expect(outside.read("file") == "outside")
  }

  @Test("A walk counts what is beneath and nothing else")
  func walks() throws {
    let folder = try scratch.folder()
    let swapping = Hostile.swapping(scratch["way"], scratch["link"])
    defer { swapping.stop() }
    for index in 0..<100 { outside.write("x", to: "other\(index)") }
    for _ in 0..<1000 {
      let walk = try FolderWalk(folder)
      var names: [String] = []
      while let entry = try walk.next() { names.append(entry.name.text) }
      try #require(!names.contains { $0.hasPrefix("other") })
    }
  }
}
