internal import OrienCloudInit
internal import OrienHTTPClient
internal import OrienKit

extension Machines {
  /// What our clock gives multipass beyond its own, to say itself that it is late.
  private static let graceMilliseconds = 5000
  /// For one that is launched, or started, to tell its address.
  private static let addressMilliseconds = 15_000

  /// Why multipass was not even started.
  private static let unheard = ["engine-absent", "engine-not-started", "no-seed-file"]

  func launch(_ order: Order, _ call: borrowing Call) throws(Failure) -> JSON {
    let records = Records(store: call.host.store)
    guard try records[order.name] == nil else { throw Self.taken(order.name) }
    // Before anything is written down: one that is there already is somebody else's, for ever.
    guard try !instances(call).contains(where: { $0.name == order.name }) else {
      throw Self.taken(order.name)
    }
    return try launching(order.name) { () throws(Failure) in
      do throws(Failure) {
        try records.add(order.record(.launching))
      } catch {
        throw error.status == .conflict ? Self.taken(order.name) : error
      }
      let end = Remaining(milliseconds: order.deadlineMilliseconds)
      let answer: Answer
      do throws(Failure) {
        answer = try give(order, call)
      } catch {
        if Self.unheard.contains(where: { $0 == error.reason }) {
          try records.remove(order.name)
        } else {
          // It was called off, and what multipass has heard of it nobody knows.
          try records.change(order.name, to: .late)
        }
        throw error
      }
      return try judge(answer, of: order, records, end, call)
    }
  }

  private func give(_ order: Order, _ call: borrowing Call) throws(Failure) -> Answer {
    try seeds.lend(order.seed.userData, for: order.name, by: call) { word, input throws(Failure) in
      try multipass.order(
        order.words(seed: word), input: input,
        within: order.deadlineMilliseconds + Self.graceMilliseconds, by: call)
    }
  }

  private func judge(
    _ answer: Answer, of order: Order, _ records: Records, _ end: Remaining,
    _ call: borrowing Call
  ) throws(Failure) -> JSON {
    switch answer.ending {
    case .done:
      try records.change(order.name, to: .made)
      return order.record(.made).machine(try addressed(order, end, call))
    case .failed where answer.complaint.saysPresent(order.name):
      // Somebody was faster, and it is theirs.
      try records.remove(order.name)
      throw Self.taken(order.name)
    case .failed, .misused:
      let failure = Self.refusal(answer)
      try undo(order, records, because: failure, call)
      throw failure
    case .away, .late, .broken:
      try records.change(order.name, to: .late)
      throw Self.late(order, answer.failure.message)
    }
  }

  private func addressed(
    _ order: Order, _ end: Remaining, _ call: borrowing Call
  ) throws(Failure) -> Instance {
    let patience = max(end.milliseconds, Self.addressMilliseconds)
    do throws(Failure) {
      if let instance = try reachable(order.name, within: patience, call) { return instance }
    } catch {
      guard error.status != .cancelled else { throw error }
      throw Self.late(order, error.message)
    }
    throw Self.late(order, "it was launched, and has no address yet")
  }

  /// Removes what a launch that failed has left, which is ours: there was none of its name before.
  /// What cannot be removed now stays written down, so that `list` tells of it.
  private func undo(
    _ order: Order, _ records: Records, because failure: Failure, _ call: borrowing Call
  ) throws(Failure) {
    do throws(Failure) {
      if try instance(order.name, call) != nil {
        try purge(order.name, within: Self.undoMilliseconds, call)
      }
    } catch {
      call.log(
        .warning,
        "a launch of \(order.name) failed, and what it left could not be removed: \(error.message)")
      return try records.change(order.name, to: .late)
    }
    try records.remove(order.name)
  }

  private static let undoMilliseconds = 20_000

  /// Asks until it runs and has an address; nil where it has none in time.
  func reachable(
    _ name: String, within milliseconds: Int, _ call: borrowing Call
  ) throws(Failure) -> Instance? {
    let end = Remaining(milliseconds: milliseconds)
    var pause = 100
    while true {
      if let instance = try instance(name, call), instance.state == .running,
        !instance.addresses.isEmpty
      {
        return instance
      }
      if end.isOver || Pause.wait(milliseconds: pause, orUntil: call.cancelDescriptor) {
        return nil
      }
      pause = min(pause * 2, 2000)
    }
  }

  // MARK: Failures

  private static func taken(_ name: String) -> Failure {
    Failure(.conflict, "there is a machine \(name) already", reason: "name-taken")
  }

  private static func late(_ order: Order, _ why: String) -> Failure {
    Failure(
      .unavailable,
      "\(order.name) did not come up within \(order.deadlineMilliseconds / 1000) s, and may yet: "
        + why, reason: "late")
  }

  private static func refusal(_ answer: Answer) -> Failure {
    let said = "multipass makes no such machine: \(answer.complaint.text)"
    guard answer.ending == .failed else { return answer.failure }
    if answer.complaint.saysLimited { return Failure(.limited, said, reason: "engine-full") }
    if answer.complaint.saysInvalid { return Failure(.invalid, said, reason: "engine-refused") }
    return answer.failure
  }
}
