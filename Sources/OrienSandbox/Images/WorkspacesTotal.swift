import OrienModel
import Synchronization

/// The bytes of all workspaces together. Any thread may ask and add.
final class WorkspacesTotal: Sendable {
  private let limit: UInt64
  /// Nil where no workspace is an image.
  private let disk: HostDisk?
  private let bytes = Mutex<UInt64>(0)

  init(limit: UInt64, on disk: HostDisk? = nil) {
    self.limit = limit
    self.disk = disk
  }

  /// What programs write is counted when it is there: then it may be too much.
  var isOver: Bool { !hasRoom(for: 0) || disk?.isShort == true }

  private func hasRoom(for more: UInt64) -> Bool {
    bytes.withLock { $0.saturatingAdd(more) <= limit }
  }

  func requireRoom(for more: UInt64) throws(Failure) {
    guard hasRoom(for: more) else { throw full }
    try disk?.requireRoom(for: more)
  }

  /// Fails where the disk would have no room for so much if nobody else wrote to it.
  func requireRoom(onIdleDisk more: UInt64) throws(Failure) {
    if let disk, disk.room(for: more) == .never { throw disk.full }
  }

  func change(from before: UInt64, to after: UInt64) {
    if before != after { bytes.withLock { $0 = $0 - min($0, before) + after } }
  }

  private var full: Failure {
    Failure(
      .full, "workspaces-full",
      "all workspaces together may hold \(limit) bytes; remove some, or raise WORKSPACES_BYTES")
  }
}
