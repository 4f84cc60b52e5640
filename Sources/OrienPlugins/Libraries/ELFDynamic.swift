import OrienModel

/// The dynamic section: what a library needs and where its symbols are.
struct ELFDynamic {
  /// Where the names of the needed libraries are in the file.
  private(set) var needed: [UInt64] = []
  private var symbols: UInt64
  private var names: Range<UInt64>
  private var hashTable: HashTable

  /// The two forms in which a library lists what it exports.
  private enum HashTable {
    case gnu(UInt64)
    case classic(UInt64)
  }

  init(reading file: LibraryBytes, _ segments: ELFSegments) throws(Failure) {
    var neededNames: [UInt64] = []
    var entries: [UInt64: UInt64] = [:]
    var isEnded = false
    for entry in stride(from: segments.dynamic.lowerBound, to: segments.dynamic.upperBound, by: 16)
    where !isEnded {
      let tag = try file.number(at: entry, as: UInt64.self)
      let value = try file.number(at: entry + 8, as: UInt64.self)
      switch tag {
      case 0: isEnded = true
      case 1: neededNames.append(value)
      default: entries[tag] = value
      }
    }
    guard isEnded, neededNames.count <= 256, let nameTable = entries[5],
      let nameBytes = entries[10],
      let symbolTable = entries[6]
    else { throw ELFLibrary.refusal("its dynamic section is damaged") }
    let start = try segments.offset(of: nameTable)
    guard file.holds(start, nameBytes) else {
      throw ELFLibrary.refusal("truncated: its names lie beyond the end of the file")
    }
    names = start..<(start + nameBytes)
    symbols = try segments.offset(of: symbolTable)
    if let table = entries[0x6FFF_FEF5] {
      hashTable = .gnu(try segments.offset(of: table))
    } else if let table = entries[4] {
      hashTable = .classic(try segments.offset(of: table))
    } else {
      throw ELFLibrary.refusal("lists no symbols")
    }
    for name in neededNames {
      guard name < nameBytes else { throw ELFLibrary.refusal("its dynamic section is damaged") }
      needed.append(start + name)
    }
  }

  /// Whether the library exports a function of that name itself.
  func defines(
    _ name: StaticString, in file: LibraryBytes, _ segments: ELFSegments
  ) throws(Failure) -> Bool {
    switch hashTable {
    case .gnu(let table): try gnuDefines(name, table, file)
    case .classic(let table): try classicDefines(name, table, file)
    }
  }

  private func gnuDefines(
    _ name: StaticString, _ table: UInt64, _ file: LibraryBytes
  ) throws(Failure) -> Bool {
    let bucketCount = UInt64(try file.number(at: table, as: UInt32.self))
    let firstIndex = UInt64(try file.number(at: table + 4, as: UInt32.self))
    let bloomWords = UInt64(try file.number(at: table + 8, as: UInt32.self))
    guard bucketCount > 0 else { return false }
    let hash = name.bytes.reduce(UInt32(5381)) { $0 &* 33 &+ UInt32($1) }
    let buckets = table + 16 + bloomWords * 8
    let chains = buckets + bucketCount * 4
    var index = UInt64(
      try file.number(
        at: buckets + UInt64(hash) % bucketCount * 4, as: UInt32.self))
    guard index >= firstIndex else { return false }
    // Ends with the chain's last link, or with the file.
    while true {
      let link: UInt32 = try file.number(at: chains + (index - firstIndex) * 4)
      if link | 1 == hash | 1, try isDefinition(index, of: name, file) { return true }
      if link & 1 == 1 { return false }
      index += 1
    }
  }

  private func classicDefines(
    _ name: StaticString, _ table: UInt64, _ file: LibraryBytes
  ) throws(Failure) -> Bool {
    let bucketCount = UInt64(try file.number(at: table, as: UInt32.self))
    let symbolCount = UInt64(try file.number(at: table + 4, as: UInt32.self))
    guard bucketCount > 0, file.holds(table, 8 + (bucketCount + symbolCount) * 4) else {
      return false
    }
    for index in 1..<max(1, symbolCount) where try isDefinition(index, of: name, file) {
      return true
    }
    return false
  }

  private func isDefinition(
    _ index: UInt64, of name: StaticString, _ file: LibraryBytes
  ) throws(Failure) -> Bool {
    let symbol = symbols + index * 24
    let nameOffset = UInt64(try file.number(at: symbol, as: UInt32.self))
    let info = try file.number(at: symbol + 4, as: UInt8.self)
    let section = try file.number(at: symbol + 6, as: UInt16.self)
    // A function, global or weak, that is defined here.
    guard info & 0xF == 2, info >> 4 == 1 || info >> 4 == 2, section != 0,
      nameOffset < names.upperBound - names.lowerBound
    else { return false }
    return file.spells(name, at: names.lowerBound + nameOffset)
  }
}

extension StaticString {
  fileprivate var bytes: [UInt8] { withUTF8Buffer { Array($0) } }
}
