internal import OrienKit
internal import OrienMachineBackend

extension Machines {
  /// All instances that there are, ours and others', by one question that no instance has a part in
  /// answering: one that does not answer would hold up what is told of all of them.
  func instances(_ call: borrowing Call) throws(Failure) -> [Instance] {
    var answer = try multipass.ask(["list", "--format", "json", "--no-ipv4"], by: call)
    // Versions that do not know how to leave the instances alone.
    if answer.ending == .misused {
      answer = try multipass.ask(["list", "--format", "json"], by: call)
    }
    guard answer.ending == .done else { throw answer.failure }
    return try Instance.list(answer.output)
  }

  /// The instance of that name, its address not looked for; nil where multipass says in so many words
  /// that there is none. That a list lacks it is not enough.
  func instance(_ name: String, _ call: borrowing Call) throws(Failure) -> Instance? {
    if let instance = try instances(call).first(where: { $0.name == name }) { return instance }
    let answer = try look(name, call)
    if answer.isAbsent(name) { return nil }
    guard answer.ending == .done else { throw answer.failure }
    return try Instance.info(answer.output, of: name)
  }

  /// Asks the instance too where it runs, and says nothing of the engine where it does not answer.
  private func look(_ name: String, _ call: borrowing Call) throws(Failure) -> Answer {
    try multipass.order(
      ["info", name, "--format", "json"], within: multipass.patienceMilliseconds, by: call)
  }

  /// The record of a machine of ours, and what it is doing. Throws `not-found` where none of that name
  /// is ours, or where its instance is gone.
  func machine(
    _ name: String, _ call: borrowing Call
  ) throws(Failure) -> (record: Record, state: InstanceState) {
    let records = Records(store: call.host.store)
    guard let record = try records[name] else { throw Self.absent(name) }
    guard let instance = try instance(name, call) else { throw try gone(record, records) }
    try settle(record, records)
    return (record, instance.state)
  }

  func info(_ name: String, _ call: borrowing Call) throws(Failure) -> JSON {
    let (record, state) = try reached(name, call)
    return record.machine(state)
  }

  /// The same with the address that it has now; where it does not tell, with the one that it had.
  func reached(
    _ name: String, _ call: borrowing Call
  ) throws(Failure) -> (record: Record, state: InstanceState) {
    var (record, state) = try machine(name, call)
    guard state == .running else { return (record, state) }
    let answer = try look(name, call)
    if answer.isAbsent(name) { throw try gone(record, Records(store: call.host.store)) }
    guard answer.ending == .done else {
      call.log(.info, "\(name) runs, and does not say more: \(answer.failure.message)")
      return (record, state)
    }
    let instance = try Instance.info(answer.output, of: name)
    if let address = instance.address, address != record.address {
      record.address = address
      try Records(store: call.host.store).change(name) { $0.address = address }
    }
    return (record, instance.state)
  }

  // MARK: What is written down of it

  /// One that was awaited is there now: from here on, when it is gone, it is gone for good.
  func settle(_ record: Record, _ records: Records) throws(Failure) {
    guard record.phase == .late || record.phase == .launching, !isLaunching(record.name) else {
      return
    }
    try records.change(record.name) { $0.phase = .made }
  }

  /// Somebody else has removed it. One whose launch is late may still come.
  func gone(_ record: Record, _ records: Records) throws(Failure) -> Failure {
    if !record.isAwaited, !isLaunching(record.name) { try records.remove(record.name) }
    return Self.absent(record.name)
  }
}
