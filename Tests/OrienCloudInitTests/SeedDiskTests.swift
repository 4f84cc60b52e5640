import Testing

@testable import OrienCloudInit

/// As the format's readers find files: by the descriptors, and the folder that these name.
private struct Reader {
  let disk: [UInt8]

  func little(_ at: Int, _ count: Int) -> Int {
    disk[at..<at + count].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  func big(_ at: Int, _ count: Int) -> Int {
    disk[at..<at + count].reduce(0) { $0 << 8 | Int($1) }
  }

  /// What is in the folder of the descriptor in that sector, by name.
  func files(of descriptor: Int) -> [[UInt8]: [UInt8]] {
    let root = descriptor * 2048 + 156
    let folder = little(root + 2, 4) * 2048
    var (files, at): ([[UInt8]: [UInt8]], Int) = ([:], folder)
    while disk[at] > 0 {
      #expect(little(at + 2, 4) == big(at + 6, 4))
      #expect(little(at + 10, 4) == big(at + 14, 4))
      let (start, count) = (little(at + 2, 4) * 2048, little(at + 10, 4))
      let name = Array(disk[at + 33..<at + 33 + Int(disk[at + 32])])
      files[name] = Array(disk[start..<start + count])
      at += Int(disk[at])
    }
    return files
  }
}

@Suite("The disk by which a machine is told")
struct SeedDiskTests {
  private static let key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"

  @Test("It has what the machine is told under both kinds of names", arguments: [1, 16])
  func files(_ keys: Int) throws {
    let seed = try CloudInit(
      hostname: "m1",
      keys: (0..<keys).map { Self.key + " " + String(repeating: "x", count: 1000) + "\($0)" })
    let reader = Reader(disk: SeedDisk(seed, instance: "i-1").bytes)
    let (data, about) = (Array(seed.userData.utf8), Array(seed.metaData(instance: "i-1").utf8))
    let plain = reader.files(of: 16)
    #expect(plain[Array("user-data;1".utf8)] == data)
    #expect(plain[Array("meta-data;1".utf8)] == about)
    let wide = reader.files(of: 17)
    #expect(wide[Array("user-data".utf8).flatMap { [0, $0] }] == data)
    #expect(wide[Array("meta-data".utf8).flatMap { [0, $0] }] == about)
  }

  @Test("It is called as cloud-init looks for it, and as long as it says")
  func volume() throws {
    let seed = try CloudInit(hostname: "m1", keys: [Self.key])
    let disk = SeedDisk(seed, instance: "i-1").bytes
    let reader = Reader(disk: disk)
    for (sector, kind) in [(16, UInt8(1)), (17, 2), (18, 255)] {
      #expect(Array(disk[sector * 2048..<sector * 2048 + 7]) == [kind] + Array("CD001".utf8) + [1])
    }
    #expect(
      disk[16 * 2048 + 40..<16 * 2048 + 72].elementsEqual("cidata                          ".utf8))
    for sector in [16, 17] {
      #expect(reader.little(sector * 2048 + 80, 4) * 2048 == disk.count)
      #expect(reader.big(sector * 2048 + 84, 4) * 2048 == disk.count)
      #expect(reader.little(sector * 2048 + 128, 2) == 2048)
    }
  }

  @Test("The same seed is the same disk")
  func same() throws {
    let seed = try CloudInit(hostname: "m1", keys: [Self.key])
    #expect(SeedDisk(seed, instance: "i").bytes == SeedDisk(seed, instance: "i").bytes)
  }
}
