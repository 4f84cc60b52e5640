internal import CQemuMachines
internal import OrienKit

/// The files of machines, below the plugin's own folder.
struct Files: Sendable {
  let folder: String

  func path(_ name: String) -> String { folder + "/" + name }

  func make(_ name: String) throws(Failure) {
    try check(machines_make_folder(path(name)), "making \(name)")
  }

  /// One that is not there is removed.
  func remove(_ name: String) throws(Failure) {
    try check(machines_remove_folder(path(name)), "removing \(name)")
  }

  func write(_ bytes: [UInt8], to name: String) throws(Failure) {
    try check(
      bytes.withUnsafeBytes { machines_write(path(name), $0.baseAddress, $0.count) },
      "writing \(name)")
  }

  /// A second name for the same file: it stays when the first one goes.
  func link(_ name: String, as other: String) throws(Failure) {
    try check(machines_link(path(name), path(other)), "naming \(other)")
  }

  /// The first bytes of a file; nil where there is none.
  func start(of name: String, atMost room: Int) throws(Failure) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: room)
    let count = bytes.withUnsafeMutableBytes {
      machines_read(path(name), $0.baseAddress, $0.count)
    }
    if count == MACHINES_ABSENT { return nil }
    try check(Int32(clamping: count), "reading \(name)")
    return Array(bytes[..<Int(count)])
  }

  func names(in name: String) throws(Failure) -> [String] {
    var names = [CChar](repeating: 0, count: 1 << 20)
    let count = names.withUnsafeMutableBufferPointer {
      machines_list(path(name), $0.baseAddress, $0.count)
    }
    try check(Int32(clamping: count), "listing \(name)")
    return names[..<Int(count)].split(separator: 0).map {
      String(decoding: $0.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
  }

  private static let full = [Int32(MACHINES_FULL), Int32(MACHINES_OVER_QUOTA)]

  private func check(_ result: Int32, _ doing: String) throws(Failure) {
    guard result < 0 else { return }
    guard !Self.full.contains(result) else { throw Self.noRoom(doing) }
    throw Failure(.unavailable, "\(doing): error \(-result) of the system", reason: "files")
  }

  static func noRoom(_ doing: String) -> Failure {
    Failure(.limited, "\(doing): there is no room on the disk", reason: "disk-full")
  }
}
