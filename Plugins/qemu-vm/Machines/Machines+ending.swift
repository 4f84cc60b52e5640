internal import OrienKit
internal import OrienMachineBackend

// How a machine stops, and goes.
extension Machines {
  /// What QEMU is given to write what it has not yet.
  private static let graceMilliseconds: UInt64 = 5000

  func stop(_ name: String, _ call: borrowing Call) throws(Failure) -> JSON {
    _ = try known(name, call)
    try claims.take(name, .stop, call)
    defer { claims.release(name) }
    let record = try known(name, call)
    if let status = try call.lasting.status(name), status.isRunning {
      try powerDown(record, call)
    }
    try call.lasting.stop(name, graceMilliseconds: Self.graceMilliseconds)
    return record.machine(record.phase == .made ? .stopped : .unknown, port: engine.sshPort)
  }

  /// Presses the machine's button, and waits until it is off. One that does not mind it, or whose QEMU
  /// does not answer, is for whoever ends it by force.
  private func powerDown(_ record: Record, _ call: borrowing Call) throws(Failure) {
    let soon = Clock.now + patienceMilliseconds
    do throws(Failure) {
      let monitor = try monitor(record, until: soon, call)
      let said = try monitor.ask("query-status", until: soon)
      guard said["status"]?.string == "running" else { return }
      _ = try monitor.ask("system_powerdown", until: soon)
      if try !monitor.waitForEnd(until: Clock.now + stopMilliseconds) {
        call.log(.warning, "\(record.name) does not stop by itself, and is ended")
      }
    } catch {
      guard error.status != .cancelled else { throw error }
      call.log(.warning, "\(record.name) cannot be asked to stop, and is ended: \(error.message)")
    }
  }

  func delete(_ name: String, _ call: borrowing Call) throws(Failure) -> Bool {
    let records = Records(store: call.host.store)
    guard try records[name] != nil else { return false }
    try claims.take(name, .delete, call)
    defer { claims.release(name) }
    // A launch that gave up meanwhile has removed it.
    guard let record = try records[name] else { return true }
    try remove(record, call)
    return true
  }

  /// Each step can be done again: it stays written down until nothing of it is left.
  func remove(_ record: Record, _ call: borrowing Call) throws(Failure) {
    let records = Records(store: call.host.store)
    var record = record
    record.phase = .deleting
    try records.write(record)
    try call.lasting.stop(record.name, graceMilliseconds: 0)
    try files.remove(record.folder)
    try records.remove(record.name)
  }
}
