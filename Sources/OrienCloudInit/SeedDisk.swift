/// What a machine is told, as a disk that it reads at its start: an ISO 9660 file system called
/// `cidata`, with names as Joliet has them, for the older ones have no such letters.
package struct SeedDisk: Sendable {
  package let bytes: [UInt8]

  private static let sector = 2048
  private static let volume = "cidata"
  /// Sixteen sectors are the system's; then the three descriptors, and for each of the two ways to
  /// name things its tables and its folder.
  private static let (plainTable, wideTable, plainFolder, wideFolder) = (19, 21, 23, 24)
  private static let firstFile = 25

  private struct File {
    let name: String
    let bytes: [UInt8]
    let at: Int
    var sectors: Int { (bytes.count + sector - 1) / sector }
  }

  /// `instance` is a name that no other machine ever had.
  package init(_ seed: CloudInit, instance: String) {
    var files: [File] = []
    var next = Self.firstFile
    // In the order of their names, as the format wants them.
    for (name, text) in [
      ("meta-data", seed.metaData(instance: instance)), ("user-data", seed.userData),
    ] {
      files.append(File(name: name, bytes: Array(text.utf8), at: next))
      next += max(1, files[files.count - 1].sectors)
    }
    var disk = [UInt8](repeating: 0, count: next * Self.sector)
    func put(_ bytes: [UInt8], at sector: Int) {
      let start = sector * Self.sector
      disk.replaceSubrange(start..<start + bytes.count, with: bytes)
    }
    put(Self.descriptor(wide: false, sectors: next), at: 16)
    put(Self.descriptor(wide: true, sectors: next), at: 17)
    put([255] + Array("CD001".utf8) + [1], at: 18)
    for wide in [false, true] {
      let (table, folder) =
        wide ? (Self.wideTable, Self.wideFolder) : (Self.plainTable, Self.plainFolder)
      put([1, 0] + Self.little(folder, 4) + Self.little(1, 2) + [0, 0], at: table)
      put([1, 0] + Self.big(folder, 4) + Self.big(1, 2) + [0, 0], at: table + 1)
      var records = Self.record([0], at: folder, count: Self.sector, folder: true)
      records += Self.record([1], at: folder, count: Self.sector, folder: true)
      for file in files {
        records += Self.record(
          Self.text(file.name + (wide ? "" : ";1"), wide: wide), at: file.at,
          count: file.bytes.count,
          folder: false)
      }
      put(records, at: folder)
    }
    for file in files { put(file.bytes, at: file.at) }
    bytes = disk
  }

  /// The primary descriptor, or Joliet's, which says the same in wider letters.
  private static func descriptor(wide: Bool, sectors: Int) -> [UInt8] {
    let (table, folder) = wide ? (wideTable, wideFolder) : (plainTable, plainFolder)
    var bytes: [UInt8] = [wide ? 2 : 1] + Array("CD001".utf8) + [1, 0]
    bytes += padded("", 32, wide) + padded(volume, 32, wide) + zeros(8) + both(sectors, 4)
    bytes += (wide ? Array("%/E".utf8) : []) + zeros(wide ? 29 : 32)
    bytes += both(1, 2) + both(1, 2) + both(sector, 2) + both(10, 4)
    bytes += little(table, 4) + zeros(4) + big(table + 1, 4) + zeros(4)
    bytes += record([0], at: folder, count: sector, folder: true)
    for room in [128, 128, 128, 128] { bytes += padded("", room, wide) }
    for room in [37, 37, 37] { bytes += padded("", room, wide) }
    // No time of day: the same seed is the same disk.
    for _ in 0..<4 { bytes += Array(repeating: 0x30, count: 16) + [0] }
    return bytes + [1, 0]
  }

  private static func record(_ name: [UInt8], at: Int, count: Int, folder: Bool) -> [UInt8] {
    let odd = name.count.isMultiple(of: 2) ? 1 : 0
    var bytes: [UInt8] = [UInt8(33 + name.count + odd), 0] + both(at, 4) + both(count, 4)
    bytes += [70, 1, 1, 0, 0, 0, 0, folder ? 2 : 0, 0, 0] + both(1, 2) + [UInt8(name.count)]
    return bytes + name + zeros(odd)
  }

  private static func text(_ text: String, wide: Bool) -> [UInt8] {
    wide ? text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } : Array(text.utf8)
  }

  private static func padded(_ text: String, _ room: Int, _ wide: Bool) -> [UInt8] {
    let bytes = Self.text(text, wide: wide)
    let blank = (0..<room - bytes.count).map { wide && $0.isMultiple(of: 2) ? UInt8(0) : 0x20 }
    return bytes + blank
  }

  private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

  private static func little(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  private static func big(_ number: Int, _ count: Int) -> [UInt8] {
    little(number, count).reversed()
  }

  private static func both(_ number: Int, _ count: Int) -> [UInt8] {
    little(number, count) + big(number, count)
  }
}
