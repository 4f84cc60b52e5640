internal import CNginxProxyFolder
internal import OrienKit

/// A folder that the manifest grants, opened once. Its files are read and written whole.
final class Folder: Sendable {
  private let raw: Int32
  private let path: String

  init(_ path: String) throws(Failure) {
    self.path = path
    raw = folder_open(path)
    guard raw >= 0 else { throw Self.failure("opening \(path)", -raw) }
  }

  deinit { folder_close(raw) }

  /// The names of its plain files.
  func names() throws(Failure) -> [String] {
    var room = 64 << 10
    while true {
      var buffer = [CChar](repeating: 0, count: room)
      let count = folder_list(raw, &buffer, room)
      if count == -7, room < 64 << 20 {
        room *= 4
        continue
      }
      guard count >= 0 else { throw Self.failure("listing \(path)", Int32(-count)) }
      return buffer[..<count].split(separator: 0)
        .map { String(decoding: $0.map(UInt8.init(bitPattern:)), as: UTF8.self) }.sorted()
    }
  }

  /// From `offset` on, at most `count` bytes; nil where there is no plain file of that name.
  func read(_ name: String, from offset: Int = 0, atMost count: Int) throws(Failure) -> [UInt8]? {
    var failure: Int = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      let got = folder_read(raw, name, Int64(offset), buffer.baseAddress, count)
      filled = max(0, got)
      failure = min(0, got)
    }
    // None, or a link.
    if failure == -2 || failure == -40 { return nil }
    guard failure == 0 else { throw Self.failure("reading \(path)/\(name)", Int32(-failure)) }
    return bytes
  }

  func put(_ name: String, _ text: String) throws(Failure) {
    let bytes = Array(text.utf8)
    try check(folder_put(raw, name, bytes, bytes.count), "writing \(path)/\(name)")
  }

  func rename(_ name: String, to other: String) throws(Failure) {
    try check(folder_rename(raw, name, other), "renaming \(path)/\(name)")
  }

  func remove(_ name: String) throws(Failure) {
    try check(folder_remove(raw, name), "removing \(path)/\(name)")
  }

  /// When it was last written to; 0 where it is gone.
  func changed(_ name: String) -> Int64 { max(0, folder_changed(raw, name)) }

  private func check(_ result: Int32, _ doing: String) throws(Failure) {
    guard result >= 0 else { throw Self.failure(doing, -result) }
  }

  private static func failure(_ doing: String, _ number: Int32) -> Failure {
    let what =
      switch number {
      case 2: "it is not there"
      case 13, 1: "that is not permitted"
      case 28: "the disk is full"
      case 30: "it is read-only"
      default: "error \(number)"
      }
    return Failure(.unavailable, "\(doing): \(what)", reason: "folder")
  }
}
