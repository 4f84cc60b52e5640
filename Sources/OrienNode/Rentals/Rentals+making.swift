import OrienModel
import OrienSystem

// From a row in the ledger to a machine that is reached over a port of this one.

extension Rentals {
  /// Asks the backend for it. What comes of that may be late, and is then waited for a while.
  func make(_ machine: RentedMachine) {
    let record = machine.record
    let order = MachineOrder(
      name: record.id, hostname: record.name, size: record.size, image: record.image,
      keys: [record.access.publicKey], deadline: settings.launchDeadline)
    parts.host.launch(order) { [self] result in
      guard goesOn(machine) else { return }
      switch result {
      case .success(let found): take(found, for: machine)
      case .failure(let failure) where failure.reason == "late":
        parts.log.warning(
          "a machine is late", ["machine": machine.id, "error": failure.description])
        awaitLate(machine, for: failure, looks: settings.lateLooks)
      case .failure(let failure): giveBack(machine, for: failure)
      }
    }
  }

  /// Whether what is under way is still wanted; else its end begins.
  func goesOn(_ machine: RentedMachine) -> Bool {
    guard !isEnding else { return false }
    if !machine.isWanted { giveBack(machine, for: nil) }
    return machine.isWanted
  }

  /// It is there; whether its SSH can be asked for already is another question.
  func take(_ found: Machine, for machine: RentedMachine) {
    guard found.isReachable else {
      let late = Failure(
        .unavailable, "late", "the machine is \(found.state.rawValue) and has no address yet")
      return awaitLate(machine, for: late, looks: settings.lateLooks)
    }
    keep(machine) { [parts] record in
      record.target = found.target
      record.address = found.address
      record.backend = record.backend ?? parts.host.backend
    } then: { [self] in
      if goesOn(machine) { openPort(of: machine) }
    }
  }

  /// Looks until it can be reached, and gives it up after so many looks.
  func awaitLate(_ machine: RentedMachine, for failure: Failure, looks: Int) {
    guard looks > 0 else { return giveBack(machine, for: failure) }
    machine.retry = parts.loop.schedule(after: settings.lateDelay) { [self] in
      guard goesOn(machine) else { return }
      parts.host.info(machine.id) { [self] result in
        guard goesOn(machine) else { return }
        switch result {
        case .success(let found) where found.isReachable: take(found, for: machine)
        case .success, .failure: awaitLate(machine, for: failure, looks: looks - 1)
        }
      }
    }
  }

  /// Has its port lead to where its SSH is now. One that somebody else listens at is left to them.
  func openPort(of machine: RentedMachine) {
    guard let lease = machine.next.lease else { return changePort(of: machine) }
    parts.proxy.open(lease) { [self] result in
      guard goesOn(machine) else { return }
      switch result {
      case .success:
        machine.noteOpen()
        setRunning(machine)
      case .failure(let failure) where failure.code == .conflict:
        parts.log.warning(
          "a port is somebody else's",
          ["machine": machine.id, "port": "\(lease.port)", "error": failure.description])
        ports.bar(lease.port, of: machine.id, until: parts.loop.now + settings.barredFor)
        changePort(of: machine)
      case .failure(let failure): couldNotOpen(machine, failure)
      }
    }
  }

  private func changePort(of machine: RentedMachine) {
    do throws(Failure) {
      let port = try takePort(for: machine.id)
      keep(machine) {
        $0.port = port
        // Its proxy counts anew.
        $0.traffic.counted = Rental.Traffic.Counts()
      } then: { [self] in
        if goesOn(machine) { openPort(of: machine) }
      }
    } catch {
      couldNotOpen(machine, error)
    }
  }

  /// A new machine that nobody can reach is none; one that is there already is not given up for its
  /// proxy's sake.
  private func couldNotOpen(_ machine: RentedMachine, _ failure: Failure) {
    parts.log.warning(
      "a machine's port does not open",
      ["machine": machine.id, "error": failure.description])
    if machine.record.phase == .creating, machine.attempts >= 3 {
      return giveBack(machine, for: failure)
    }
    keep(machine) {
      $0.trouble = Rental.Trouble(failure)
    } then: { [self] in
      again(machine) { [self] in
        if goesOn(machine) { openPort(of: machine) }
      }
    }
  }

  private func setRunning(_ machine: RentedMachine) {
    let isSame =
      machine.record.phase == .running && machine.record.trouble == nil
      && machine.record.pause == nil
    guard !isSame else {
      machine.answerTurned(.success(machine.record))
      return rest(machine)
    }
    keep(machine) {
      $0.phase = .running
      $0.proxy = parts.proxy.engine
      $0.trouble = nil
      $0.pause = nil
      $0.readyAt = $0.readyAt ?? .now
    } then: { [self] in
      machine.answerMade(.success(machine.record))
      machine.answerTurned(.success(machine.record))
      rest(machine)
    }
  }
}

extension Rental {
  /// Where its port leads, once it is known.
  var lease: PortLease? {
    guard let port, let target else { return nil }
    return PortLease(name: id, port: port, targetHost: target.host, targetPort: target.port)
  }
}
