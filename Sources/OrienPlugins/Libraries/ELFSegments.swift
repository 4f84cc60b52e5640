import OrienModel

/// The parts of a library that the loader maps into memory.
struct ELFSegments {
  private var loads: [Load] = []
  /// Where in the file the dynamic section is.
  private(set) var dynamic: Range<UInt64>

  private struct Load {
    var address: UInt64
    var offset: UInt64
    var fileBytes: UInt64
  }

  init(reading file: LibraryBytes) throws(Failure) {
    let table = try file.number(at: 32, as: UInt64.self)
    let count = UInt64(try file.number(at: 56, as: UInt16.self))
    guard try file.number(at: 54, as: UInt16.self) == 56, (1...128).contains(count),
      file.holds(table, count * 56)
    else { throw ELFLibrary.refusal("truncated, or its table of segments is damaged") }
    var dynamic: Range<UInt64>?
    var stackFlags: UInt32?
    for header in stride(from: table, to: table + count * 56, by: 56) {
      let offset = try file.number(at: header + 8, as: UInt64.self)
      let fileBytes = try file.number(at: header + 32, as: UInt64.self)
      switch try file.number(at: header, as: UInt32.self) {
      case 1: try loads.append(Self.load(header, offset, fileBytes, file))
      case 2 where dynamic == nil && file.holds(offset, fileBytes):
        dynamic = offset..<(offset + fileBytes)
      case 2: throw ELFLibrary.refusal("truncated: its dynamic section lies beyond the file's end")
      case 0x6474_E551: stackFlags = try file.number(at: header + 4, as: UInt32.self)
      default: continue
      }
    }
    guard let dynamic else { throw ELFLibrary.refusal("has no dynamic section") }
    self.dynamic = dynamic
    // The loader would make the stacks of the whole process executable for it.
    guard let stackFlags, stackFlags & 1 == 0 else {
      throw ELFLibrary.refusal("wants an executable stack; link it with -z noexecstack")
    }
  }

  private static func load(
    _ header: UInt64, _ offset: UInt64, _ fileBytes: UInt64, _ file: LibraryBytes
  ) throws(Failure) -> Load {
    let address = try file.number(at: header + 16, as: UInt64.self)
    let memoryBytes = try file.number(at: header + 40, as: UInt64.self)
    let alignment = try file.number(at: header + 48, as: UInt64.self)
    guard file.holds(offset, fileBytes) else {
      throw ELFLibrary.refusal(
        "truncated: a segment ends at \(offset) + \(fileBytes) of \(file.bytes.count) bytes")
    }
    let isSound =
      memoryBytes >= fileBytes && memoryBytes <= 1 << 32 && address <= 1 << 32
      && alignment > 0 && alignment & (alignment - 1) == 0
      && address % alignment == offset % alignment
    guard isSound else { throw ELFLibrary.refusal("a segment's addresses contradict one another") }
    return Load(address: address, offset: offset, fileBytes: fileBytes)
  }

  /// Where in the file the byte is that lies at an address of the loaded library.
  func offset(of address: UInt64) throws(Failure) -> UInt64 {
    for load in loads where address >= load.address && address - load.address < load.fileBytes {
      return load.offset + (address - load.address)
    }
    throw ELFLibrary.refusal("address \(address) lies in none of its segments")
  }
}
