import OrienSystem
import Synchronization
import Testing

/// Tells a slow launcher from a slow machine: of the time that passes it leaves out what a plain
/// program, started again and again on a thread of its own, takes longer than it usually does.
final class FairClock {
  /// What a plain program takes at most, from its start to its end, where there is little else to do.
  private static let usual = Duration.milliseconds(5)
  private static let pause = Duration.milliseconds(10)

  private final class Lost: Sendable {
    let time = Mutex(Duration.zero)
  }

  private let began = Instant.now
  private let lost = Lost()
  private let thread: Thread
  /// The thread ends when it is closed.
  private var lifeline: Descriptor?

  init() throws {
    let ends = try Pipe().release()
    lifeline = Descriptor(owning: ends.writer)
    let reader = ends.reader
    thread = Thread("fair-clock") { [lost] in
      let lifeline = Descriptor(owning: reader)
      repeat {
        let began = Instant.now
        do { try Self.runOne() } catch { Issue.record(error) }
        let late = Instant.now.since(began) - Self.usual
        lost.time.withLock { $0 += max(.zero, late) }
      } while (try? ChildProcess.wait(for: lifeline.raw, until: .now + Self.pause)) == false
    }
  }

  private static func runOne() throws {
    let program = try ChildProcess(
      "/bin/sh", arguments: ["sh", "-c", "exit 9"], environment: [], descriptors: [])
    _ = try program.finish(by: .now + .seconds(60))
  }

  /// The time since it was made, as a machine would have had it that was not slow. To be called once.
  func stop() -> Duration {
    lifeline = nil
    thread.join()
    return Instant.now.since(began) - lost.time.withLock { $0 }
  }
}
