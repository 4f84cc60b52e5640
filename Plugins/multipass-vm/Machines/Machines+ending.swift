internal import OrienKit
internal import OrienMachineBackend

extension Machines {
  // Together, with a question before and after, they are shorter than the page's 180 s.
  private static let stopMilliseconds = 60_000
  private static let forceMilliseconds = 60_000
  private static let deleteMilliseconds = 140_000

  func stop(_ name: String, _ call: borrowing Call) throws(Failure) -> JSON {
    let (record, state) = try machine(name, call)
    let records = Records(store: call.host.store)
    switch state {
    // Nothing of a suspended one runs, and by force it would lose its memory.
    case .stopped, .suspended, .deleted: return record.machine(state)
    case .starting, .running, .stopping, .unknown: break
    }
    var answer = try multipass.order(["stop", name], within: Self.stopMilliseconds, by: call)
    if answer.ending != .done, !answer.isAbsent(name) {
      call.log(.warning, "\(name) does not stop by itself: \(answer.failure.message)")
      answer = try multipass.order(
        ["stop", "--force", name], within: Self.forceMilliseconds, by: call)
    }
    if answer.isAbsent(name) { throw try gone(record, records) }
    guard answer.ending == .done else { throw answer.failure }
    try records.change(name) { $0.address = nil }
    // That it has stopped is known, whether anybody can be asked once more or not.
    return record.machine(.stopped)
  }

  /// False where there was none.
  func delete(_ name: String, _ call: borrowing Call) throws(Failure) -> Bool {
    let records = Records(store: call.host.store)
    guard let record = try records[name] else { return false }
    guard !isLaunching(name) else {
      throw Failure(
        .unavailable, "\(name) is being launched; it can be deleted once that has ended",
        reason: "launching")
    }
    guard try instance(name, call) != nil else {
      try forget(record, records)
      return false
    }
    let existed = try purge(name, within: Self.deleteMilliseconds, call)
    try records.remove(name)
    return existed
  }

  /// Removes it at once and for good. `multipass purge` is not used: it would do that to everybody's
  /// that are deleted. False where it was gone already.
  @discardableResult
  func purge(
    _ name: String, within milliseconds: Int, _ call: borrowing Call
  ) throws(Failure) -> Bool {
    let end = Remaining(milliseconds: milliseconds)
    let delete = ["delete", "--purge", name]
    var answer = try multipass.order(delete, within: milliseconds * 2 / 5, by: call)
    if answer.isAbsent(name) { return false }
    if answer.ending == .done { return true }
    // Some versions delete no instance that is suspended, or wait for one that cannot stop.
    let forced = try multipass.order(
      ["stop", "--force", name], within: end.milliseconds / 2, by: call)
    if forced.ending != .done {
      call.log(.warning, "\(name) is not stopped by force either: \(forced.failure.message)")
    }
    answer = try multipass.order(delete, within: max(1000, end.milliseconds), by: call)
    guard answer.ending == .done || answer.isAbsent(name) else { throw answer.failure }
    return true
  }

  /// What is gone is not ours any more; what may yet come still is.
  private func forget(_ record: Record, _ records: Records) throws(Failure) {
    guard record.isAwaited else { return try records.remove(record.name) }
    try records.change(record.name) { $0.phase = .unwanted }
  }
}
