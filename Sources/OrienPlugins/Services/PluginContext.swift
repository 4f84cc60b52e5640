import COrienABI
import OrienSystem
import Synchronization

/// What one load of a plugin shares with all its calls: who it is, the node behind it, and the
/// memory that it was lent.
final class PluginContext: Sendable {
  let identity: PluginIdentity
  let node: any PluginHost
  private let allowance = LogAllowance()
  private let loans = Mutex<Set<UInt>>([])
  private let hasComplained = Atomic(false)

  init(_ identity: PluginIdentity, node: any PluginHost) {
    self.identity = identity
    self.node = node
  }

  var id: String { identity.id }

  /// A line of the plugin's, unless it has written too many in this second.
  func log(_ level: PluginLogLevel, _ message: String, call: String? = nil) {
    switch allowance.take(at: .now) {
    case .refused: return
    case .granted(let dropped):
      if dropped > 0 {
        node.log(
          .warning,
          "\(dropped) lines of this plugin were dropped: it writes more than "
            + "\(LogAllowance.linesPerSecond) a second", plugin: id, call: nil)
      }
      node.log(level, message, plugin: id, call: call)
    }
  }

  /// Says once that the plugin uses calls which have returned, or that never were.
  func complainOfLateCall() {
    if !hasComplained.exchange(true, ordering: .relaxed) {
      node.log(
        .error, "plugin misbehaved: it used a call that had returned; ignored, and not told again",
        plugin: id, call: nil)
    }
  }

  /// Copies the bytes for the plugin, until it releases them.
  func lend(_ bytes: [UInt8]) -> orien_bytes {
    guard !bytes.isEmpty else { return orien_bytes(data: nil, size: 0) }
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count)
    copy.initialize(from: bytes, count: bytes.count)
    let key = UInt(bitPattern: copy)
    loans.withLock { _ = $0.insert(key) }
    return orien_bytes(data: copy, size: bytes.count)
  }

  /// Takes back what was lent; what never was, or is back already, is left alone.
  func release(_ bytes: UnsafePointer<UInt8>?) {
    guard let bytes else { return }
    let key = UInt(bitPattern: bytes)
    if loans.withLock({ $0.remove(key) }) != nil {
      bytes.deallocate()
    } else {
      log(.error, "plugin misbehaved: it released bytes that it does not hold")
    }
  }
}
