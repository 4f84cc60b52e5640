/// What stands before a file in an archive: POSIX ustar, and before it a record of pax where the
/// name is too long for that. Names are the bytes that they are.
package enum TarHeader {
  package static let blockBytes = 512
  /// The largest file that a header has the digits for.
  package static let mostBytes: Int64 = (1 << 36) - 1

  package static func bytes(of path: FolderPath, _ bytes: UInt64) -> [UInt8] {
    let name = path.bytes
    guard name.count > 100 else { return block(name, bytes, kind: UInt8(ascii: "0")) }
    let record = paxRecord("path", name)
    return block(Array("pax".utf8), UInt64(record.count), kind: UInt8(ascii: "x"))
      + record + padding(after: UInt64(record.count))
      + block(Array(name.prefix(100)), bytes, kind: UInt8(ascii: "0"))
  }

  /// What fills the last block of so many bytes.
  package static func padding(after bytes: UInt64) -> [UInt8] {
    let beyond = Int(bytes % UInt64(blockBytes))
    return [UInt8](repeating: 0, count: beyond == 0 ? 0 : blockBytes - beyond)
  }

  package static let end = [UInt8](repeating: 0, count: 2 * blockBytes)

  private static func block(_ name: [UInt8], _ bytes: UInt64, kind: UInt8) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: blockBytes)
    func put(_ text: [UInt8], at place: Int) {
      header.replaceSubrange(place..<place + text.count, with: text)
    }
    put(name, at: 0)
    put(octal(0o644, digits: 7), at: 100)
    put(octal(0, digits: 7), at: 108)
    put(octal(0, digits: 7), at: 116)
    put(octal(bytes, digits: 11), at: 124)
    put(octal(0, digits: 11), at: 136)
    header[156] = kind
    put(Array("ustar".utf8), at: 257)
    put(Array("00".utf8), at: 263)
    // The sum is made with blanks in its own place.
    put([UInt8](repeating: UInt8(ascii: " "), count: 8), at: 148)
    put(octal(header.reduce(0) { $0 + UInt64($1) }, digits: 6) + [0], at: 148)
    return header
  }

  private static func octal(_ value: UInt64, digits: Int) -> [UInt8] {
    let text = Array(String(value, radix: 8).utf8)
    return [UInt8](repeating: UInt8(ascii: "0"), count: max(0, digits - text.count)) + text
  }

  /// `LENGTH NAME=VALUE\n`, whose length counts its own digits too.
  private static func paxRecord(_ name: String, _ value: [UInt8]) -> [UInt8] {
    let rest = Array(" \(name)=".utf8) + value + [UInt8(ascii: "\n")]
    var length = rest.count
    while String(length).utf8.count + rest.count != length {
      length = String(length).utf8.count + rest.count
    }
    return Array(String(length).utf8) + rest
  }
}
