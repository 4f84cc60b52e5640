internal import OrienCloudInit
internal import OrienHTTPClient
internal import OrienKit
internal import OrienMachineBackend

extension Machines {
  /// What our clock gives multipass beyond its own, to say itself that it is late.
  private static let graceMilliseconds = 5000
  private static let undoMilliseconds = 12_000
  /// Why multipass was not even started.
  private static let unheard = ["engine-absent", "engine-not-started", "no-seed-file"]

  /// Answers within its deadline, or so soon after it that whoever waits still hears that it is late.
  func launch(_ wanted: MachineOrder, _ call: borrowing Call) throws(Failure) -> JSON {
    var order = wanted
    order.image = try images.choose(wanted.image)
    return try launch(chosen: order, call)
  }

  private func launch(
    chosen order: MachineOrder, _ call: borrowing Call
  ) throws(Failure) -> JSON {
    let end = Remaining(milliseconds: order.deadlineMilliseconds)
    let records = Records(store: call.host.store)
    guard try records[order.name] == nil else { throw Records.taken(order.name) }
    // Before anything is written down: one that is there already is somebody else's, for ever.
    guard try !instances(call).contains(where: { $0.name == order.name }) else {
      throw Records.taken(order.name)
    }
    return try launching(order.name) { () throws(Failure) in
      try records.add(order.record(.launching))
      return try judge(try give(order, records, end, call), of: order, records, end, call)
    }
  }

  private func give(
    _ order: MachineOrder, _ records: Records, _ end: Remaining, _ call: borrowing Call
  ) throws(Failure) -> Answer {
    do throws(Failure) {
      return try seeds.lend(order.seed.userData, for: order.name, by: call) {
        word, input throws(Failure) in
        try multipass.order(
          order.words(seed: word, within: end.milliseconds), input: input,
          within: end.milliseconds + Self.graceMilliseconds, by: call)
      }
    } catch {
      if Self.unheard.contains(where: { $0 == error.reason }) {
        try records.remove(order.name)
      } else {
        // It was called off, and what multipass has heard of it nobody knows.
        try records.change(order.name) { $0.phase = .late }
      }
      throw error
    }
  }

  private func judge(
    _ answer: Answer, of order: MachineOrder, _ records: Records, _ end: Remaining,
    _ call: borrowing Call
  ) throws(Failure) -> JSON {
    switch answer.ending {
    case .done:
      try records.change(order.name) { $0.phase = .made }
      let record = try addressed(order, end, call)
      return record.machine(.running)
    case .failed where answer.complaint.saysPresent(order.name):
      // Somebody was faster, and it is theirs.
      try records.remove(order.name)
      throw Records.taken(order.name)
    case .failed, .misused:
      try undo(order, records, call)
      throw Self.refusal(answer)
    case .away, .late, .broken:
      try records.change(order.name) { $0.phase = .late }
      throw Self.late(order, answer.failure.message)
    }
  }

  private func addressed(
    _ order: MachineOrder, _ end: Remaining, _ call: borrowing Call
  ) throws(Failure) -> Record {
    do throws(Failure) {
      if let record = try reachable(order.name, within: end.milliseconds, call) { return record }
    } catch {
      guard error.status != .cancelled else { throw error }
      throw Self.late(order, error.message)
    }
    throw Self.late(order, "it was launched, and has no address yet")
  }

  /// Removes what a launch that failed has left, which is ours: there was none of its name before.
  /// What cannot be removed now stays written down, so that `list` tells of it.
  private func undo(
    _ order: MachineOrder, _ records: Records, _ call: borrowing Call
  ) throws(Failure) {
    do throws(Failure) {
      if try instance(order.name, call) != nil {
        try purge(order.name, within: Self.undoMilliseconds, call)
      }
    } catch {
      call.log(
        .warning,
        "a launch of \(order.name) failed, and what it left could not be removed: \(error.message)")
      return try records.change(order.name) { $0.phase = .late }
    }
    try records.remove(order.name)
  }

  // MARK: Failures

  private static func late(_ order: MachineOrder, _ why: String) -> Failure {
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
