import OrienPlugins
import OrienSystem

/// Asks plugins now and then whether their backends are usable, on a thread of its own.
final class Prober: Sendable {
  private static let interval = Duration.seconds(10)

  private let stop = Channel<Void>()
  private let thread: Thread

  init(_ plugins: [Plugin]) {
    let stop = stop
    thread = Thread("prober") {
      repeat {
        Plugin.probe(plugins)
      } while stop.receive(within: Self.interval) == nil
    }
  }

  /// Waits for the probe that is under way.
  func close() {
    stop.send(())
    thread.join()
  }
}
