internal import OrienKit
internal import OrienMachineBackend

// How QEMU is started, and how long it takes a machine to come up.
extension Machines {
  static let late = "late"
  /// How long QEMU itself may take until it listens.
  private static let beginMilliseconds: UInt64 = 15_000
  private static let startMilliseconds: UInt64 = 300_000
  private static let scanSecondsAtMost: UInt64 = 30
  /// Others may have an address already.
  private static let addressesTried = 8

  func start(_ name: String, _ call: borrowing Call) throws(Failure) -> JSON {
    _ = try known(name, call)
    let until = Clock.now + Self.startMilliseconds
    try claims.take(name, .start, call)
    defer { claims.release(name) }
    var record = try known(name, call)
    guard record.phase == .made else {
      throw Failure(
        .unavailable, "\(name) was never made whole, or is half deleted: it can only be deleted",
        reason: "half-made")
    }
    switch try engineState(of: record, until: Clock.now + patienceMilliseconds, call) {
    case .stopped:
      try begin(&record, until: until, call)
      try waitForSSH(record, until: until, call)
    case .suspended:
      let soon = Clock.now + patienceMilliseconds
      _ = try monitor(record, until: soon, call).ask("cont", until: soon)
    case .running, .starting: break
    case .stopping, .unknown:
      throw Failure(
        .unavailable, "\(name) ends now, or its QEMU does not answer: stop it first",
        reason: "engine-silent")
    }
    return record.machine(.running, port: engine.sshPort)
  }

  /// Starts QEMU, and returns when it can be asked. Where somebody else has its address by now it is
  /// given another.
  func begin(_ record: inout Record, until: UInt64, _ call: borrowing Call) throws(Failure) {
    for attempt in 1... {
      // What was told of one that has ended is forgotten.
      try call.lasting.stop(record.name, graceMilliseconds: 0)
      try startEngine(record, call)
      do throws(Failure) {
        return try answer(record, until: min(until, Clock.now + Self.beginMilliseconds), call)
      } catch {
        guard error.reason == Self.addressTaken, attempt < Self.addressesTried else { throw error }
        record.address = try freeAddress(call)
        try Records(store: call.host.store).write(record)
      }
    }
  }

  /// By the first of the networks that is granted and held.
  private func startEngine(_ record: Record, _ call: borrowing Call) throws(Failure) {
    for reach in engine.reaches {
      let line = try engine.commandLine(record, reach, call)
      do throws(Failure) {
        return try call.lasting.start(
          record.name, Command(CommandLine.program, line.words, isOutside: true), line.limits)
      } catch {
        guard reach != engine.reaches.last, [.denied, .unavailable].contains(error.status) else {
          throw error
        }
        call.log(
          .warning,
          "\(record.name) is started without the network '\(reach.rawValue)', which "
            + "nothing grants, or holds it to: see orien doctor")
      }
    }
  }

  private static let addressTaken = "address-taken"

  private func answer(
    _ record: Record, until: UInt64, _ call: borrowing Call
  ) throws(Failure) {
    while true {
      try checkRuns(record, call)
      do throws(Failure) {
        _ = try monitor(record, until: until, call)
        return
      } catch {
        guard error.reason == "engine-away" || error.reason == "engine-broke-off",
          Clock.now < until
        else { throw error }
        try Clock.pause(20, call)
      }
    }
  }

  /// Throws what QEMU has said at its end, where it has ended.
  private func checkRuns(_ record: Record, _ call: borrowing Call) throws(Failure) {
    if let status = try call.lasting.status(record.name), status.isRunning { return }
    let said = Self.printable(try call.lasting.output(record.name) ?? [])
    if said.mentions("Could not set up host forwarding rule") {
      throw Failure(
        .unavailable, "\(record.address) is somebody else's by now", reason: Self.addressTaken)
    }
    let isShort =
      said.mentions("annot set up guest memory") || said.mentions("annot allocate memory")
    throw Failure(
      isShort ? .limited : .unavailable,
      "QEMU has ended\(said.isEmpty ? "" : ": " + said)", reason: "engine-ended")
  }

  /// Waits until the machine's SSH says who it is. QEMU takes a connection before the machine does,
  /// so that one says nothing. The longer it takes the slower the machine, and the longer each waits.
  func waitForSSH(_ record: Record, until: UInt64, _ call: borrowing Call) throws(Failure) {
    let began = Clock.now
    while true {
      try checkRuns(record, call)
      guard !claims.isUnwanted(record.name) else {
        throw Failure(.unavailable, "\(record.name) is deleted meanwhile", reason: "unwanted")
      }
      let seconds = min(5 + (Clock.now - began) / 10_000, Self.scanSecondsAtMost)
      let said = try engine.run(
        "ssh-keyscan",
        ["-t", "ed25519", "-T", "\(seconds)", "-p", "\(engine.sshPort)", record.address],
        within: (seconds + 5) * 1000, call)
      let lines = String(decoding: said.errors + said.output, as: UTF8.self)
      if lines.mentions("SSH-2.0-") { return }
      guard Clock.now < until else {
        throw Failure(
          .unavailable,
          "\(record.name) does not answer by SSH yet, and may still come up; "
            + console(of: record, call), reason: Self.late)
      }
      try Clock.pause(300, call)
    }
  }

  /// Why a machine does not come up it says there, if anywhere.
  private func console(of record: Record, _ call: borrowing Call) -> String {
    let soon = Clock.now + patienceMilliseconds
    do throws(Failure) {
      let said = try monitor(record, until: soon, call).ask(
        "ringbuf-read",
        ["device": .string(CommandLine.console), "size": .integer(CommandLine.consoleBytes)],
        until: soon)
      let end = Self.printable(Array((said.string ?? "").utf8))
      return end.isEmpty ? "its console is empty" : "its console ends with: \(end)"
    } catch {
      return "its console cannot be read: \(error.message)"
    }
  }
}
