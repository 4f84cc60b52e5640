import COrienJail
import OrienSystem

/// A keeper that the warden has started, for this process has given up root: known by the leash, by
/// which the warden tells of it. One that somebody stops the warden lets go on.
final class WardedKeeper: KeeperProcess {
  private let leash: Descriptor
  private var watch: Watch?
  private var reader = FrameReader()
  private let onEnd: (String) -> Void
  private(set) var pid: Int32?

  /// `onEnd` is called once, with how it ended.
  init(
    _ kind: Warden.Keeper, _ start: KeeperStart, by warden: Warden, loop: Loop,
    onEnd: @escaping (String) -> Void
  ) throws(SystemError) {
    leash = try warden.start(kind, start)
    self.onEnd = onEnd
    watch = try loop.watch(leash.raw, .read) { [unowned self] _ in hear() }
  }

  deinit { watch?.cancel() }

  func resume() throws(SystemError) -> Bool { false }

  func kill() throws(SystemError) {
    let word = [UInt8(ORIEN_JAIL_WARD_KILL)]
    let result = word.withUnsafeBytes { bytes in
      Result { () throws(SystemError) in try leash.send(bytes) }
    }
    _ = try result.get()
  }

  private func hear() {
    while watch != nil {
      switch reader.next(from: leash) {
      case .partial: return
      case .end: end("the warden has not started it, or has ended")
      case .frame(let frame):
        if frame.kind == ORIEN_JAIL_WARD_BEGAN.rawValue {
          pid = Int32(truncatingIfNeeded: frame.id)
        } else {
          end(Self.words(of: Int32(truncatingIfNeeded: frame.id)))
        }
      }
    }
  }

  private func end(_ how: String) {
    watch?.cancel()
    watch = nil
    onEnd(how)
  }

  private static func words(of status: Int32) -> String {
    let signal = status & 0x7F
    return signal == 0 ? "exited(\(status >> 8 & 0xFF))" : "killed(signal: \(signal))"
  }
}
