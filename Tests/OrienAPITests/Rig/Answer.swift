import Foundation
import OrienModel

/// An answer as a strict client reads it.
struct Answer {
  var status: Int
  /// By their names in small letters.
  var fields: [String: String] = [:]
  var body: [UInt8] = []
  /// Its end has come.
  var isWhole = false

  var text: String { String(decoding: body, as: UTF8.self) }
  var json: JSON { (try? JSON(parsing: body)) ?? .null }
  subscript(name: String) -> JSON? { json[name] }
  subscript(field name: String) -> String? { fields[name] }

  /// Reads what has come so far; nil until the head is whole.
  init?(_ bytes: [UInt8]) {
    guard let end = Self.end(of: bytes[...], "\r\n\r\n") else { return nil }
    let lines = String(decoding: bytes[..<(end - 4)], as: UTF8.self).components(separatedBy: "\r\n")
    guard lines[0].hasPrefix("HTTP/1.1 "), let status = Int(lines[0].dropFirst(9).prefix(3)) else {
      return nil
    }
    self.status = status
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      fields[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
    }
    let rest = bytes[end...]
    if status == 204 {
      isWhole = true
    } else if fields["transfer-encoding"] == "chunked" {
      readChunks(rest)
    } else {
      let length = fields["content-length"].flatMap { Int($0) } ?? 0
      body = Array(rest.prefix(length))
      isWhole = rest.count == length
    }
  }

  private mutating func readChunks(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while let end = Self.end(of: rest, "\r\n") {
      let digits = String(decoding: rest[..<(end - 2)], as: UTF8.self)
      guard let size = Int(digits, radix: 16), rest[end...].count >= size + 2 else { return }
      body += rest[end...].prefix(size)
      rest = rest[end...].dropFirst(size + 2)
      if size == 0 { return isWhole = rest.isEmpty }
    }
  }

  private static func end(of bytes: ArraySlice<UInt8>, _ mark: String) -> Int? {
    let mark = Array(mark.utf8)
    guard bytes.count >= mark.count else { return nil }
    return (bytes.startIndex...bytes.endIndex - mark.count).first {
      bytes[$0] == mark[0] && bytes[$0..<$0 + mark.count].elementsEqual(mark)
    }.map { $0 + mark.count }
  }
}
