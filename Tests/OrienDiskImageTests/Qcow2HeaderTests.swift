import Testing

@testable import OrienDiskImage

@Suite("What a disk's first bytes say")
struct Qcow2HeaderTests {
  /// The header of version 3 that qemu-img writes for a disk of 1 GiB, with changes.
  private func header(
    _ changes: [(at: Int, bytes: [UInt8])] = [], extensions: [UInt8] = []
  ) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let parts: [(at: Int, bytes: [UInt8])] = [
      (0, [0x51, 0x46, 0x49, 0xFB]), (7, [3]), (23, [16]), (28, [0x40, 0, 0, 0]), (39, [2]),
      (45, [3]), (53, [1]), (59, [1]), (99, [4]), (103, [112]), (112, extensions),
    ]
    for part in parts + changes {
      bytes.replaceSubrange(part.at..<part.at + part.bytes.count, with: part.bytes)
    }
    return bytes
  }

  private static let names: [UInt8] = [0x68, 0x03, 0xF8, 0x57, 0, 0, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0]

  @Test("A disk that stands alone says how large it is")
  func standsAlone() throws {
    #expect(try Qcow2Header(header()).diskBytes == 1 << 30)
    #expect(try Qcow2Header(header(extensions: Self.names)).diskBytes == 1 << 30)
    #expect(try Qcow2Header(header([(7, [2])])).diskBytes == 1 << 30)
  }

  @Test(
    "One that names another file is refused, whatever way it does that",
    arguments: [
      [(at: 15, bytes: [1])], [(at: 8, bytes: [1])], [(at: 19, bytes: [9])],
      [(at: 7, bytes: [2]), (at: 15, bytes: [1])], [(at: 79, bytes: [4])],
    ])
  func standsOnAnother(_ changes: [(at: Int, bytes: [UInt8])]) {
    #expect(throws: DiskImageFault.self) { try Qcow2Header(header(changes)) }
  }

  @Test("A name of its data elsewhere is found behind other extensions too")
  func dataElsewhere() {
    let data: [UInt8] = [0x44, 0x41, 0x54, 0x41, 0, 0, 0, 11] + Array("/etc/shadow".utf8) + [0]
    #expect(throws: DiskImageFault.self) { try Qcow2Header(header(extensions: data)) }
    #expect(throws: DiskImageFault.self) { try Qcow2Header(header(extensions: Self.names + data)) }
  }

  @Test(
    "What no machine can have is refused",
    arguments: [
      [(at: 0, bytes: [0x52])], [(at: 7, bytes: [1])], [(at: 7, bytes: [4])],
      [(at: 23, bytes: [8])], [(at: 23, bytes: [22])], [(at: 28, bytes: [0, 0, 0, 0])],
      [(at: 24, bytes: [0xFF])], [(at: 35, bytes: [1])], [(at: 79, bytes: [2])],
      [(at: 79, bytes: [32])], [(at: 72, bytes: [1])], [(at: 103, bytes: [103])],
      [(at: 112, bytes: [1, 2, 3, 4, 0xFF, 0xFF, 0xFF, 0xFF])],
    ])
  func hostile(_ changes: [(at: Int, bytes: [UInt8])]) {
    #expect(throws: DiskImageFault.self) { try Qcow2Header(header(changes)) }
  }

  @Test("A file of any length is read to its end and not beyond", arguments: [0, 4, 71, 72, 103])
  func short(_ count: Int) {
    #expect(throws: DiskImageFault.self) { try Qcow2Header(Array(header()[..<count])) }
  }

  @Test("Bytes at random are refused, or say a size that a disk can have")
  func random() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      var bytes = header()
      for _ in 0..<4 { bytes[Int.random(in: 4..<200, using: &generator)] = .random(in: 0...255) }
      if let read = try? Qcow2Header(bytes) {
        #expect((1...Qcow2Header.diskBytesAtMost).contains(read.diskBytes))
      }
    }
  }

  @Test(
    "What is no name leads nowhere",
    arguments: ["", ".", "..", "a/b", "../a", "/a", "-a", ".a", "a b", "a\n", "é", "a\u{0}"])
  func names(_ text: String) {
    #expect(throws: DiskImageFault.self) { try DiskImageName(text) }
  }

  @Test("Names of systems are names", arguments: ["24.04", "ubuntu:24.04", "debian-12", "A_1"])
  func usualNames(_ text: String) throws {
    #expect(try DiskImageName(text).file == text + ".qcow2")
  }
}
