/// What the first bytes of a disk in QEMU's format say, read without QEMU: which would open whatever
/// other file they name.
package struct Qcow2Header: Sendable, Equatable {
  /// Of the disk that the machine sees.
  package let diskBytes: UInt64

  /// How much of a file has to be read for it: a cluster of the smallest size has no more.
  package static let bytes = 65_536
  package static let diskBytesAtMost: UInt64 = 1 << 50

  private static let magic: UInt32 = 0x5146_49FB
  private static let externalData: UInt64 = 1 << 2
  private static let corrupt: UInt64 = 1 << 1
  /// Dirty, corrupt, external data, compression's kind, extended tables.
  private static let known: UInt64 = 0x1F
  private static let externalDataName: UInt32 = 0x4441_5441

  /// `bytes` are the file's first, up to as many as `Self.bytes`. Throws where it is no disk that can
  /// stand alone.
  package init(_ bytes: [UInt8]) throws(DiskImageFault) {
    let reader = Reader(bytes: bytes)
    guard bytes.count >= 72, reader.word(0) == Self.magic else {
      throw DiskImageFault(
        "this is no disk in the format qcow2: qemu-img convert -O qcow2 makes one")
    }
    let version = reader.word(4)
    guard version == 2 || version == 3, version == 2 || bytes.count >= 104 else {
      throw DiskImageFault("this is version \(version) of qcow2; 2 and 3 are known")
    }
    guard reader.long(8) == 0, reader.word(16) == 0 else {
      throw DiskImageFault(
        "it names another file that it stands on (a backing file), and is refused")
    }
    guard reader.word(32) == 0 else { throw DiskImageFault("it is encrypted") }
    guard (9...21).contains(reader.word(20)) else {
      throw DiskImageFault("its clusters have 2^\(reader.word(20)) bytes; 2^9 to 2^21 can be")
    }
    diskBytes = reader.long(24)
    guard (1...Self.diskBytesAtMost).contains(diskBytes) else {
      throw DiskImageFault("it says that the disk has \(diskBytes) bytes")
    }
    if version == 3 { try Self.checkFeatures(reader) }
  }

  private static func checkFeatures(_ reader: Reader) throws(DiskImageFault) {
    let features = reader.long(72)
    guard features & externalData == 0 else { throw elsewhere }
    guard features & corrupt == 0 else { throw DiskImageFault("it is marked as corrupt") }
    guard features & ~known == 0 else {
      throw DiskImageFault("it has features that are not known: \(String(features, radix: 16))")
    }
    // What follows are extensions: a kind, a length, and so many bytes, to a multiple of eight.
    var at = UInt64(reader.word(100))
    guard at >= 104 else { throw DiskImageFault("its header has \(at) bytes") }
    while at + 8 <= reader.bytes.count {
      let kind = reader.word(Int(at))
      if kind == 0 { return }
      guard kind != externalDataName else { throw elsewhere }
      at += 8 + (UInt64(reader.word(Int(at) + 4)) + 7) / 8 * 8
    }
    guard at <= UInt64(bytes) else { throw DiskImageFault("its header has no end") }
  }

  private static let elsewhere = DiskImageFault(
    "it names another file that holds its data, and is refused")

  private struct Reader {
    let bytes: [UInt8]

    func word(_ at: Int) -> UInt32 { UInt32(truncatingIfNeeded: number(at, 4)) }
    func long(_ at: Int) -> UInt64 { number(at, 8) }

    private func number(_ at: Int, _ count: Int) -> UInt64 {
      bytes[at..<at + count].reduce(0) { $0 << 8 | UInt64($1) }
    }
  }
}
