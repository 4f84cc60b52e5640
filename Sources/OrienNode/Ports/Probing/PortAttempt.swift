import OrienModel
import OrienSystem

/// One try to connect to a port. What came of it is told once, on the loop and never before this is
/// made; letting go of it before ends the try unheard.
final class PortAttempt {
  private let socket: Socket
  private var watch: Watch?
  private var timer: Timer?
  private var told: ((PortOutcome) -> Void)?

  init(
    to address: NetworkAddress, within patience: Duration, on loop: Loop,
    then told: @escaping (PortOutcome) -> Void
  ) throws(Socket.ConnectFailure) {
    socket = try Socket.connecting(to: address)
    self.told = told
    do throws(SystemError) {
      watch = try loop.watch(socket.descriptor.raw, .write) { [unowned self] _ in conclude() }
    } catch {
      throw .system(error)
    }
    timer = loop.schedule(after: patience) { [unowned self] in end(.silent) }
  }

  deinit {
    watch?.cancel()
    timer?.cancel()
  }

  private func conclude() {
    do throws(Socket.ConnectFailure) {
      try socket.finishConnecting()
      end(.accessible)
    } catch {
      end(PortOutcome(error))
    }
  }

  private func end(_ outcome: PortOutcome) {
    watch?.cancel()
    timer?.cancel()
    let tell = told
    told = nil
    // Who hears it may let go of this.
    withExtendedLifetime(self) { tell?(outcome) }
  }
}

/// What came of asking for a port.
package enum PortOutcome: Sendable, Equatable {
  case accessible
  case refused
  /// No answer has come.
  case silent
  /// No way leads there, or this machine had none to take.
  case unreachable

  init(_ failure: Socket.ConnectFailure) {
    self =
      switch failure {
      case .refused: .refused
      case .unanswered: .silent
      case .unreachable, .system: .unreachable
      }
  }
}
