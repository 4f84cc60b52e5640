package import OrienModel
import OrienSystem

// Starting and stopping what is there.

extension Rentals {
  package func start(
    _ text: String, then answer: @escaping (Result<Rental, Failure>) -> Void
  ) {
    if let record = machine(text)?.record, let hindrance = hindrance(record) {
      return parts.loop.soon { answer(.failure(hindrance)) }
    }
    turn(text, to: .running, by: .starting, answer) { [self] machine in start(machine) }
  }

  package func stop(
    _ text: String, then answer: @escaping (Result<Rental, Failure>) -> Void
  ) {
    guard let machine = machine(text), machine.record.pause != nil,
      machine.record.phase == .stopped, !machine.isBusy
    else {
      return turn(text, to: .stopped, by: .stopping, answer) { [self] machine in stop(machine) }
    }
    // Nobody but whoever has stopped it now starts it again: not while that is being written, either.
    machine.isBusy = true
    machine.whenTurned.append(answer)
    keep(machine, { $0.pause = nil }) { [self] in
      machine.answerTurned(.success(machine.record))
      rest(machine)
    }
  }

  func turn(
    _ text: String, to end: Rental.Phase, by phase: Rental.Phase, pause: String? = nil,
    _ answer: @escaping (Result<Rental, Failure>) -> Void,
    _ body: @escaping (RentedMachine) -> Void
  ) {
    guard let machine = machine(text) else {
      return parts.loop.soon { answer(.failure(Self.absent(text))) }
    }
    guard machine.isWanted, machine.record.phase != end || machine.isBusy else {
      let record = machine.record
      return parts.loop.soon { [isWanted = machine.isWanted] in
        answer(isWanted ? .success(record) : .failure(Self.busy(record)))
      }
    }
    guard !machine.isBusy else {
      let record = machine.record
      return parts.loop.soon { answer(.failure(Self.busy(record))) }
    }
    machine.isBusy = true
    machine.whenTurned.append(answer)
    keep(machine) {
      $0.phase = phase
      $0.pause = pause
    } then: {
      body(machine)
    }
  }

  private static func busy(_ record: Rental) -> Failure {
    Failure(
      .conflict, "vm-busy",
      "VM \(record.name) is \(record.phase.rawValue): try again when it is not")
  }

  func start(_ machine: RentedMachine) {
    parts.host.start(machine.id) { [self] result in
      guard goesOn(machine) else { return }
      switch result {
      case .success(let found): take(found, for: machine)
      case .failure(let failure): couldNotTurn(machine, back: .stopped, failure)
      }
    }
  }

  func stop(_ machine: RentedMachine) {
    parts.host.stop(machine.id) { [self] result in
      guard goesOn(machine) else { return }
      switch result {
      case .success: setStopped(machine)
      case .failure(let failure): couldNotTurn(machine, back: .running, failure)
      }
    }
  }

  func setStopped(_ machine: RentedMachine) {
    keep(machine) {
      $0.phase = .stopped
      $0.trouble = nil
    } then: { [self] in
      machine.answerTurned(.success(machine.record))
      rest(machine)
    }
  }

  /// What it is now the next comparison tells, should it be neither.
  private func couldNotTurn(_ machine: RentedMachine, back: Rental.Phase, _ failure: Failure) {
    if failure.code == .notFound { return giveBack(machine, for: Self.vanished) }
    keep(machine) {
      $0.phase = back
      $0.trouble = Rental.Trouble(failure)
    } then: { [self] in
      machine.answerTurned(.failure(failure))
      rest(machine)
    }
  }

  static let vanished = Failure(
    .notFound, "vanished", "the machine is gone: its backend no longer knows it")

  /// Has all that run stop, where the operator wants that, and calls `body` when none does any more or
  /// the time is over.
  package func shutDown(within bound: Duration, then body: @escaping () -> Void) {
    isEnding = true
    timer?.cancel()
    for machine in machines.values { machine.retry?.cancel() }
    let running = machines.values.filter { $0.record.phase == .running && !$0.isBusy }
    guard settings.stopsAtExit, !running.isEmpty else { return body() }
    var rest = running.count
    var isOver = false
    let end = {
      guard !isOver else { return }
      isOver = true
      body()
    }
    let limit = parts.loop.schedule(after: bound, end)
    for machine in running {
      machine.isBusy = true
      keep(machine, { $0.phase = .stopping }) { [self] in
        parts.host.stop(machine.id) { [self] result in
          let done = {
            rest -= 1
            guard rest == 0 else { return }
            limit.cancel()
            end()
          }
          guard case .success = result else { return done() }
          keep(machine, { $0.phase = .stopped }, then: done)
        }
      }
    }
  }
}
