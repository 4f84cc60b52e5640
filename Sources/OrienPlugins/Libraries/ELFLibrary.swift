package import OrienModel

/// What the header of a shared library says, read without loading it.
///
/// The dynamic loader believes a file: where a segment lies beyond the end of it, the process dies
/// of SIGBUS. So a file is loaded only after this has read it: whole, for this machine, with the
/// entry that makes it a plugin. A pure function of bytes, in time linear in them.
package struct ELFLibrary: Sendable, Equatable {
  /// The libraries that it wants loaded with it.
  package private(set) var needed: [String] = []

  /// Refuses, with the reason `not-a-library` or `not-a-plugin`, whatever is not to be loaded.
  package init(reading bytes: [UInt8], entry: StaticString = "orien_plugin_v1") throws(Failure) {
    let file = LibraryBytes(bytes: bytes)
    try Self.checkIdentity(file)
    let segments = try ELFSegments(reading: file)
    try Self.checkSections(file)
    let dynamic = try ELFDynamic(reading: file, segments)
    for offset in dynamic.needed { try needed.append(file.text(at: offset)) }
    guard try dynamic.defines(entry, in: file, segments) else {
      throw Failure(.invalid, "not-a-plugin", "exports no \(entry)(): not a plugin of this ABI")
    }
  }

  #if arch(x86_64)
    private static let machine: UInt16 = 62
  #elseif arch(arm64)
    private static let machine: UInt16 = 183
  #endif

  static func refusal(_ what: String) -> Failure { Failure(.invalid, "not-a-library", what) }

  private static func checkIdentity(_ file: LibraryBytes) throws(Failure) {
    guard file.bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else {
      throw refusal(
        file.bytes.isEmpty ? "the file is empty" : "not an ELF file: expected a shared library")
    }
    guard file.holds(0, 64) else { throw refusal("truncated: \(file.bytes.count) bytes") }
    guard file.bytes[4] == 2, file.bytes[5] == 1, file.bytes[6] == 1 else {
      throw refusal("expected 64 bits, little-endian, ELF version 1")
    }
    let type = try file.number(at: 16, as: UInt16.self)
    guard type == 3 else { throw refusal("expected a shared library (ET_DYN), found type \(type)") }
    let machine = try file.number(at: 18, as: UInt16.self)
    guard machine == Self.machine else {
      throw refusal("built for machine \(machine), expected \(Self.machine), which this is")
    }
  }

  /// The table of sections is the last thing in a file that a linker wrote: one that is cut short
  /// lacks it. A stripped file may have none.
  private static func checkSections(_ file: LibraryBytes) throws(Failure) {
    let offset = try file.number(at: 40, as: UInt64.self)
    guard offset != 0 else { return }
    let count = UInt64(try file.number(at: 60, as: UInt16.self))
    guard try file.number(at: 58, as: UInt16.self) == 64, file.holds(offset, count * 64) else {
      throw refusal("truncated: its table of sections lies beyond the end of the file")
    }
    for index in 0..<count {
      let header = offset + index * 64
      // SHT_NOBITS takes no room in the file.
      guard try file.number(at: header + 4, as: UInt32.self) != 8 else { continue }
      guard file.holds(try file.number(at: header + 24), try file.number(at: header + 32)) else {
        throw refusal("truncated: section \(index) lies beyond the end of the file")
      }
    }
  }
}
