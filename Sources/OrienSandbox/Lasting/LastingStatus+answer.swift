import COrienJail
import OrienModel

// What the numbers of `orien-jail lasting` mean to the node.

extension LastingStatus {
  init(_ answer: orien_jail_lasting) {
    let end = JailEnd(answer.end, killed: nil)
    self.init(
      isRunning: answer.is_running != 0, startedMilliseconds: answer.began_milliseconds,
      endedMilliseconds: answer.ended_milliseconds == 0 ? nil : answer.ended_milliseconds,
      exit: end.exit, usage: end.usage, memoryBytes: answer.memory_bytes,
      processes: answer.processes)
  }
}

extension Failure {
  init(_ answer: orien_jail_lasting, of key: Lasting.Key, required: [RequiredLimit] = []) {
    let name = key.name.text
    self =
      switch answer.state {
      case ORIEN_JAIL_LASTING_RUNS.rawValue:
        Failure(.conflict, "lasting-runs", "\(name) runs already: stop it first")
      case ORIEN_JAIL_LASTING_NO_GROUPS.rawValue:
        Failure(
          .unavailable, "no-control-group",
          "what outlives the node is known by its control group, and the node may make none here")
      case ORIEN_JAIL_LASTING_UNHELD.rawValue:
        Failure(
          .unavailable, "limit-not-held",
          "the kernel has to hold the limits of "
            + required.map(\.rawValue).joined(separator: ", ")
            + ", and here no control group has a controller for all of them")
      case ORIEN_JAIL_LASTING_UNBOUND.rawValue:
        Failure(
          .unavailable, Lasting.unbound,
          "nothing holds a program to public addresses here, so \(name) is not started: "
            + String(field: answer.why))
      case ORIEN_JAIL_LASTING_STUCK.rawValue:
        Failure(
          .unavailable, "lasting-stuck",
          "\(name) was killed and does not end: does it wait for a disk?")
      default:
        JailEnd(answer.end, killed: nil).failure
          ?? Failure(.internal, "lasting-nonsense", "nobody knows what became of \(name)")
      }
  }
}
