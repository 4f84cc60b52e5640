internal import OrienKit

/// The logs of ended sessions: the file that nginx writes to, and those that it wrote to before the
/// operator moved them. What is compressed is not read.
struct TrafficLog {
  private let folder: Folder
  private let name: String

  private static let packed = [".gz", ".xz", ".zst", ".bz2"]
  private static let pieceBytes = 1 << 20
  /// In one reading; what is left is read by the next.
  private static let mostPieces = 64
  /// What tells one file from another. Each line has a moment, a process and a connection.
  private static let headBytes = 160

  init(_ path: String) throws(Failure) {
    guard let slash = path.lastIndex(of: "/"), path.hasPrefix("/"), slash != path.startIndex else {
      throw Failure(.invalid, "log: expected the path of a file, got '\(path)'")
    }
    name = String(path[path.index(after: slash)...])
    folder = try Folder(String(path[..<slash]))
  }

  /// Counts what has come since.
  func read(into traffic: inout Traffic) throws(Failure) {
    let names = traffic.namesBySerial
    var seen: [String: Int] = [:]
    var pieces = 0
    for file in try files() {
      guard let head = try head(of: file) else { continue }
      var offset = max(seen[head] ?? 0, traffic.offsets[head] ?? 0)
      while pieces < Self.mostPieces,
        let piece = try folder.read(file, from: offset, atMost: Self.pieceBytes),
        let count = Self.whole(piece)
      {
        pieces += 1
        for line in piece[..<count].split(separator: 0x0A) {
          if let line = TrafficLine(line) { traffic.add(line, by: names) }
        }
        offset += count
      }
      seen[head] = offset
    }
    traffic.offsets = seen
  }

  /// The oldest first.
  private func files() throws(Failure) -> [String] {
    let all = try folder.names().filter { file in
      (file == name || file.hasPrefix(name + ".") || file.hasPrefix(name + "-"))
        && !Self.packed.contains { file.hasSuffix($0) }
    }
    return all.map { ($0, folder.changed($0)) }.sorted { $0.1 < $1.1 }.map(\.0)
  }

  /// Nil while there is no line.
  private func head(of file: String) throws(Failure) -> String? {
    guard let bytes = try folder.read(file, atMost: Self.headBytes), !bytes.isEmpty else {
      return nil
    }
    if let end = bytes.firstIndex(of: 0x0A) {
      return String(decoding: bytes[..<end], as: UTF8.self)
    }
    return bytes.count < Self.headBytes ? nil : String(decoding: bytes, as: UTF8.self)
  }

  /// How much of a piece is whole lines: a line that is being written is read when it is there. One
  /// that fills a whole piece is none, and is passed over. Nil where there is nothing to read.
  private static func whole(_ piece: [UInt8]) -> Int? {
    if let last = piece.lastIndex(of: 0x0A) { return last + 1 }
    return piece.count < pieceBytes ? nil : piece.count
  }
}
