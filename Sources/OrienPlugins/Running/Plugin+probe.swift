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
  package func probe() { Self.probe([self]) }

  /// Asks them all side by side: together they take no longer than one.
  package static func probe(_ plugins: [Plugin]) {
    let deadline = Instant.now + probePatience
    let asked = plugins.compactMap { plugin in plugin.beginAsking().map { (plugin, $0) } }
    for (plugin, answers) in asked {
      guard answers.receive(within: deadline.since(.now)) == nil else { continue }
      plugin.noteSilentProbe(
        Failure(
          .unavailable, "probe-silent",
          "its probe() has not answered within \(probePatience.milliseconds) ms"))
    }
  }

  /// Where the answer comes; nil where there is nothing to wait for.
  private func beginAsking() -> Channel<Failure?>? {
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
