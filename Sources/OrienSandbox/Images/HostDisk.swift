import OrienModel
import OrienSystem
import Synchronization

/// The disk beneath images that are holes for the most part: what is promised to whoever writes
/// into one must be there when it is written, for the kernel would lose it without a word.
///
/// Any thread may ask.
final class HostDisk: Sendable {
  /// What the node keeps for its ledger and for outputs.
  static let reserveBytes: UInt64 = 256 << 20

  private let root: Folder
  /// What programs that run may still write.
  private let promised = Atomic<UInt64>(0)
  /// There are images.
  private let isGuarded = Atomic(false)
  /// What it had free when it was last asked: calls come faster than disks fill.
  private let free = Mutex<(at: Instant, bytes: UInt64)?>(nil)
  private static let freshness = Duration.milliseconds(5)

  init(under root: Folder) { self.root = root }

  func begin() { isGuarded.store(true, ordering: .relaxed) }

  func promise(_ bytes: UInt64) { promised.store(bytes, ordering: .relaxed) }

  /// Others have taken what was promised: nothing may grow any more.
  var isShort: Bool { !hasRoom(for: 0, beside: 0) }

  /// Fails where so much more would have to come from what is promised, or from the reserve.
  func requireRoom(for more: UInt64) throws(Failure) {
    guard hasRoom(for: more, beside: promised.load(ordering: .relaxed)) else { throw full }
  }

  /// Whether a call in an image of `bytes` could begin on an idle node.
  func fits(_ bytes: UInt64) -> Bool { hasFree(bytes) }

  /// When so much more could be promised.
  enum Room {
    case now
    /// Once others have given back what they were promised.
    case later
    case never
  }

  func room(for more: UInt64) -> Room {
    if hasRoom(for: more, beside: promised.load(ordering: .relaxed)) { return .now }
    return fits(more) ? .later : .never
  }

  private func hasRoom(for more: UInt64, beside promised: UInt64) -> Bool {
    !isGuarded.load(ordering: .relaxed) || hasFree(more.saturatingAdd(promised))
  }

  private func hasFree(_ bytes: UInt64) -> Bool {
    // A disk that cannot be asked says so to who writes to it.
    guard let free = freeBytes() else { return true }
    return bytes.saturatingAdd(Self.reserveBytes) <= free
  }

  private func freeBytes() -> UInt64? {
    let now = Instant.now
    return free.withLock { last in
      if let last, now.since(last.at) < Self.freshness { return last.bytes }
      last = (try? root.room()).map { (now, $0.availableBytes) }
      return last?.bytes
    }
  }

  let full = Failure(
    .full, "disk-full",
    "the disk beneath the workspaces has no room for what programs that run may write; make room "
      + "on it, or lower WORKSPACE_BYTES or MAX_CONCURRENT")
}
