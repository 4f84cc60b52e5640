package import OrienModel
import OrienSystem

// The one way in which a machine ends, whatever the reason: its port is closed, it is deleted, and only
// when both are known to be so is it over and what it held free. Each step may be done twice.

extension Rentals {
  /// Wants its end, and answers once there is nothing left of it.
  package func delete(
    _ text: String, then answer: @escaping (Result<Rental, Failure>) -> Void
  ) {
    guard let machine = machine(text) else {
      return parts.loop.soon { answer(.failure(Self.absent(text))) }
    }
    machine.whenGone.append(answer)
    guard machine.isWanted else { return }
    machine.isWanted = false
    // A new one is not in the ledger yet, and looks for itself once it is.
    guard machine.record.number != nil else { return }
    guard machine.isBusy, !machine.waits else { return giveBack(machine, for: nil) }
    // The next node is to know, if this one dies before what is under way has ended.
    keep(machine, { $0.phase = .deleting }, then: {})
    guard let retry = machine.retry, !retry.isOver else { return }
    retry.cancel()
    giveBack(machine, for: nil)
  }

  /// Begins its end: `failure` is why it has failed, nil where somebody wanted that.
  func giveBack(_ machine: RentedMachine, for failure: Failure?) {
    machine.isBusy = true
    machine.isWanted = false
    machine.waits = false
    machine.attempts = 0
    if let failure {
      parts.log.warning(
        "a machine has failed", ["machine": machine.id, "error": failure.description])
    }
    keep(machine) {
      $0.phase = .deleting
      // What it was troubled by before is over with it.
      $0.trouble = failure.map { Rental.Trouble($0) }
    } then: { [self] in
      tearDown(machine)
    }
  }

  /// Tries until it has succeeded.
  func tearDown(_ machine: RentedMachine) {
    count(machine) { [self] in
      guard !isEnding else { return }
      parts.proxy.close(machine.id) { [self] result in
        guard done(result, machine) else { return }
        parts.host.delete(machine.id) { [self] result in
          if done(result, machine) { finish(machine) }
        }
      }
    }
  }

  private func done(_ result: Result<Bool, Failure>, _ machine: RentedMachine) -> Bool {
    guard case .failure(let failure) = result else { return true }
    guard !isEnding else { return false }
    parts.log.warning(
      "what a machine held cannot be given back yet",
      ["machine": machine.id, "error": failure.description])
    again(machine) { [self] in tearDown(machine) }
    return false
  }

  private func finish(_ machine: RentedMachine) {
    keep(machine) {
      $0.phase = $0.trouble == nil ? .deleted : .failed
      $0.endedAt = .now
      // Nobody is handed a key of what is not there.
      $0.access.sealedKey = nil
    } then: { [self] in
      remove(machine)
      onOver(machine.record)
      let failure =
        machine.record.trouble?.failure
        ?? Failure(.conflict, "deleted", "VM \(machine.record.name) was deleted meanwhile")
      machine.answerMade(.failure(failure))
      machine.answerTurned(.failure(failure))
      machine.answerGone(.success(machine.record))
    }
  }
}
