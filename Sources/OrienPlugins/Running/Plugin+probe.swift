import COrienABI
import OrienFFI
import OrienModel
import OrienSystem

extension Plugin {
  /// What probe() may take before the plugin counts as unavailable.
  static let probePatience = Duration.seconds(1)

  /// Asks the plugin whether its backend is usable, on a thread of its own, and keeps the answer as
  /// its `state`. Blocks up to a second: not for the loop. Where an earlier probe has not returned,
  /// no other is started.
  package func probe() {
    guard let probe = table.probe, beginProbe() else { return }
    let answers = Channel<Failure?>()
    do {
      try probeThread.run { [self] arena in
        let answer = ask(probe, &arena)
        noteProbe(answer)
        answers.send(answer)
      }
    } catch {
      noteProbe(error)
      return
    }
    if answers.receive(within: Self.probePatience) == nil {
      noteSilentProbe(
        Failure(
          .unavailable, "probe-silent",
          "its probe() has not answered within \(Self.probePatience.milliseconds) ms"))
    }
  }

  private func ask(_ probe: @escaping orien_function, _ arena: inout Arena) -> Failure? {
    let deadline = Instant.now + Self.probePatience
    let frame = CallFrame(
      call: RunningCall(id: "probe", plugin: context, host: nil, units: [], deadline: deadline),
      signature: Self.bare, values: [], first: opened.handle, host: opened.host, deadline: deadline)
    return switch frame.run(probe, &arena) {
    case .done: nil
    case .failed(let failure): failure
    case .exec: Failure(.internal, "plugin-misbehaved", "probe() returned ORIEN_EXEC")
    }
  }

  private static let bare = Signature([])
}
