import OrienModel
import OrienSystem

/// Takes the connections of one address. While the process has no descriptor left it stops for a
/// moment at a time, instead of being woken for ever by what it cannot take.
final class PortListener {
  private let listener: Listener
  private let loop: Loop
  private let log: Log
  private var watch: Watch?
  private var pause: Timer?
  /// Is given each connection.
  var admit: ((consuming Socket) -> Void)?

  /// A turn takes no more than this many, for others wait too.
  private static let batch = 64
  private static let pauseDuration: Duration = .milliseconds(100)

  init(on address: NetworkAddress, loop: Loop, log: Log) throws(SystemError) {
    self.loop = loop
    self.log = log
    listener = try Listener(on: address)
    watch = try loop.watch(listener.descriptor.raw, .read) { [unowned self] _ in accept() }
  }

  deinit {
    pause?.cancel()
    watch?.cancel()
  }

  private func accept() {
    for _ in 0..<Self.batch {
      do throws(SystemError) {
        guard let socket = try listener.accept() else { return }
        admit?(socket)
      } catch {
        return rest(because: "\(error)")
      }
    }
  }

  /// Takes none for a moment.
  func rest(because reason: String) {
    guard pause == nil else { return }
    log.warning(
      "a port takes no connection just now",
      ["address": listener.address.description, "error": reason])
    watch?.change(to: [])
    pause = loop.schedule(after: Self.pauseDuration) { [unowned self] in
      pause = nil
      watch?.change(to: .read)
    }
  }
}
