internal import OrienKit

/// How one run of multipass ended, and what it said.
struct Answer: Sendable {
  enum Ending: Sendable, Equatable {
    case done
    /// It did not take its own command line.
    case misused
    /// The daemon says that it cannot be done.
    case failed
    /// The daemon is not there.
    case away
    /// By multipass' own clock or by ours: what was asked for may still happen.
    case late
    /// Killed, or ended as multipass never does.
    case broken(String)
  }

  let verb: String
  let ending: Ending
  let output: [UInt8]
  let complaint: Complaint

  init(_ verb: String, _ captured: Captured) {
    self.verb = verb
    output = captured.output
    let errors = Complaint(captured.errors)
    // What it has to say some versions write where the answer would be.
    complaint = errors.lines.isEmpty ? Complaint(Array(captured.output.prefix(4096))) : errors
    ending =
      switch (captured.exit.reason, captured.exit.code) {
      case (.wall, _): .late
      case (.exited, 0): .done
      case (.exited, 1): .misused
      case (.exited, 2): complaint.saysLate ? .late : .failed
      case (.exited, 3): .away
      case (.exited, 5): .late
      case (.exited, let code): .broken("it ended with \(code ?? -1)")
      case (let reason, _): .broken("it was ended: \(reason)")
      }
  }

  /// Only where that is all that it says, and it is the daemon that says it.
  func isAbsent(_ name: String) -> Bool { ending == .failed && complaint.saysAbsent(name) }

  /// Why it is no answer. Whatever it may be, it is not that there is no such instance.
  var failure: Failure {
    let said = complaint.text.isEmpty ? "" : ": \(complaint.text)"
    return switch ending {
    case .done, .failed:
      Failure(.unavailable, "multipass \(verb) failed\(said)", reason: "engine-failed")
    case .misused:
      Failure(
        .unavailable, "multipass does not understand how it is asked to \(verb)\(said)",
        reason: "engine-misused")
    case .away:
      Failure(
        .unavailable,
        "the daemon of multipass does not answer\(said); `snap start multipass` starts it",
        reason: "engine-away")
    case .late:
      Failure(.unavailable, "multipass \(verb) did not end in time\(said)", reason: "engine-silent")
    case .broken(let how):
      Failure(
        .unavailable, "multipass \(verb) broke off, \(how)\(said)", reason: "engine-broke-off")
    }
  }
}
