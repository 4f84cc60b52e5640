import COrienABI
import OrienFFI
import OrienModel
import OrienSystem

extension Residence {
  func beginAsking() -> Channel<Failure?>? {
    guard let probe = table.probe, beginProbe() else { return nil }
    let answers = Channel<Failure?>()
    do {
      try probeThread.run { [self] arena in
        let answer = ask(probe, &arena)
        noteProbe(answer)
        answers.send(answer)
      }
    } catch {
      noteProbe(error)
      return nil
    }
    return answers
  }

  private func ask(_ probe: @escaping orien_function, _ arena: inout Arena) -> Failure? {
    let deadline = Instant.now + Plugin.probePatience
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
