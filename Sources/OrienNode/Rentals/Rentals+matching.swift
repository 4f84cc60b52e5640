import OrienLedger
import OrienModel
import OrienSystem

// What is there beside what should be: at the start, and then now and then. The node may have died at
// any step, and a backend's machines and ports may change behind its back.

extension Rentals {
  /// Takes up what an earlier node has left. What was being given back goes on at once; the rest waits
  /// until the backend tells what it has.
  package func begin() {
    for record in parts.ledger.recovered.rentals {
      let machine = RentedMachine(record)
      keep(machine)
      machine.isBusy = !record.phase.isSettled
      machine.isWanted = record.phase != .deleting
      machine.waits = machine.isBusy && machine.isWanted
      if !machine.isWanted { tearDown(machine) }
    }
    onChange()
    match(isFirst: true)
  }

  private func later(isFirst: Bool) {
    guard !isEnding else { return }
    timer = parts.loop.schedule(after: isFirst ? settings.lateDelay : settings.matchEvery) {
      [self] in match(isFirst: isFirst)
    }
  }

  /// Looks now and not in a while: something has changed, such as the backend.
  package func matchSoon() {
    guard let timer, !timer.isOver else { return }
    timer.cancel()
    match(isFirst: false)
  }

  private func match(isFirst: Bool) {
    guard !isEnding else { return }
    parts.proxy.list { [self] result in
      guard !isEnding else { return }
      guard case .success(let leases) = heard(result, "the ports' proxy") else {
        return later(isFirst: isFirst)
      }
      parts.host.list { [self] result in
        guard !isEnding else { return }
        guard case .success(let found) = heard(result, "the machines' backend") else {
          return later(isFirst: isFirst)
        }
        parts.proxy.traffic { [self] result in
          guard !isEnding else { return }
          // Without counts nothing is added, and a later look adds it.
          compare(found, leases, (try? result.get()) ?? [], isFirst: isFirst)
          hasMatched = true
          onMatch(found, leases)
          later(isFirst: false)
        }
      }
    }
  }

  /// Says once why somebody does not answer. A node that rents nothing has nothing to miss.
  private func heard<Value>(
    _ result: Result<Value, Failure>, _ who: String
  ) -> Result<Value, Failure> {
    switch result {
    case .success: if silence?.hasPrefix(who) ?? false { silence = nil }
    case .failure(let failure):
      let text = "\(who): \(failure.description)"
      if text != silence, !machines.isEmpty {
        parts.log.warning("machines cannot be looked at", ["error": text])
      }
      silence = text
    }
    return result
  }

  private func compare(
    _ found: [Machine], _ leases: [PortLease], _ traffic: [PortTraffic], isFirst: Bool
  ) {
    let byName = Dictionary(found.map { ($0.name, $0) }) { first, _ in first }
    let open = Dictionary(leases.map { ($0.name, $0) }) { first, _ in first }
    let counts = Dictionary(traffic.map { ($0.name, $0) }) { first, _ in first }
    for machine in Array(machines.values) {
      guard machine.isWanted, !machine.isBusy || machine.waits else { continue }
      machine.waits = false
      if open[machine.id] == nil {
        // Whoever opens its port again counts from nothing.
        machine.next.traffic.counted = Rental.Traffic.Counts()
      } else if let counts = counts[machine.id] {
        machine.next.traffic.take(counts.counts)
      }
      machine.isBusy = true
      if let there = byName[machine.id], there.state != .deleted {
        machine.missed = 0
        compare(machine, there, isOpen: open[machine.id] == machine.next.lease, isFirst: isFirst)
      } else {
        miss(machine, isFirst: isFirst)
      }
    }
    for lease in leases where machines[lease.name] == nil { closeStray(lease) }
    for machine in found where machines[machine.name] == nil { look(at: machine) }
  }

  /// Its backend does not know it. Where nobody has asked for it yet, somebody does now.
  private func miss(_ machine: RentedMachine, isFirst: Bool) {
    switch machine.record.phase {
    case .creating where !parts.host.unheard.contains(machine.id): make(machine)
    case .creating:
      let late = Failure(
        .unavailable, "node-restart", "the node was started anew while the machine was being made")
      awaitLate(machine, for: late, looks: settings.lateLooks)
    default:
      machine.missed += 1
      if machine.missed > 1 { return giveBack(machine, for: Self.vanished) }
      if isFirst { recheck(machine) } else { rest(machine) }
    }
  }

  /// What was just started may not know all at once.
  private func recheck(_ machine: RentedMachine) {
    machine.retry = parts.loop.schedule(after: settings.lateDelay) { [self] in
      guard goesOn(machine) else { return }
      parts.host.info(machine.id) { [self] result in
        guard goesOn(machine) else { return }
        switch result {
        case .success(let found) where found.state != .deleted:
          machine.missed = 0
          compare(machine, found, isOpen: false, isFirst: true)
        case .failure(let failure) where failure.code != .notFound: recheck(machine)
        case .success, .failure: giveBack(machine, for: Self.vanished)
        }
      }
    }
  }

  private func compare(
    _ machine: RentedMachine, _ there: Machine, isOpen: Bool, isFirst: Bool
  ) {
    switch (machine.record.phase, there.state) {
    case (.creating, _): take(there, for: machine)
    case (.stopping, .stopped), (.stopping, .suspended): setStopped(machine)
    case (.stopping, _): stop(machine)
    case (.starting, .running): take(there, for: machine)
    case (.starting, _): start(machine)
    case (.running, .stopped) where isFirst, (.running, .suspended) where isFirst:
      // This machine was started anew, and its tenants' with it.
      keep(machine, { $0.phase = .starting }) { [self] in start(machine) }
    case (.running, .stopped), (.running, .suspended): setStopped(machine)
    case (_, .running) where there.isReachable:
      if machine.record.phase == .running, isOpen, there.target == machine.next.target {
        machine.noteOpen()
        restWithCounts(machine)
      } else {
        take(there, for: machine)
      }
    default: rest(machine)
    }
  }

  /// Closes what leads to no machine.
  private func closeStray(_ lease: PortLease) {
    parts.log.warning(
      "a port leads to no machine and is closed",
      ["name": lease.name, "port": "\(lease.port)"])
    parts.proxy.close(lease.name) { [self] result in
      if case .failure(let failure) = result {
        parts.log.warning(
          "a port does not close", ["name": lease.name, "error": failure.description])
      }
    }
  }

  /// One that came up after it was given up, or was not deleted, goes. One that the ledger does not know
  /// is somebody's: it may be the ledger that is not the right one.
  private func look(at found: Machine) {
    guard !strays.contains(found.name), found.state != .deleted else { return }
    strays.insert(found.name)
    let reply = parts.loop.reply { [self] (result: Result<Rental?, Failure>) in
      guard case .success(let record) = result, !isEnding else {
        strays.remove(found.name)
        return
      }
      guard record?.phase.isOver ?? false else {
        return parts.log.warning(
          "the backend has a machine that this node does not know; it is left as it is",
          ["machine": found.name])
      }
      parts.log.warning("a machine came up late and is deleted", ["machine": found.name])
      parts.host.delete(found.name) { [self] _ in strays.remove(found.name) }
    }
    parts.ledger.rental(found.name, then: reply)
  }

  /// Adds what has gone over its port up to now.
  func count(_ machine: RentedMachine, then body: @escaping () -> Void) {
    parts.proxy.traffic { [self] result in
      guard case .success(let all) = result,
        let counts = all.first(where: { $0.name == machine.id })
      else { return body() }
      machine.next.traffic.take(counts.counts)
      keepCounts(of: machine, then: body)
    }
  }

  private func keepCounts(of machine: RentedMachine, then body: @escaping () -> Void) {
    guard machine.next.traffic != machine.record.traffic else { return body() }
    keep(machine, { _ in }, then: body)
  }

  private func restWithCounts(_ machine: RentedMachine) {
    keepCounts(of: machine) { [self] in rest(machine) }
  }
}

extension PortTraffic {
  fileprivate var counts: Rental.Traffic.Counts {
    Rental.Traffic.Counts(connections: connections, bytesIn: bytesIn, bytesOut: bytesOut)
  }
}

extension Rental.Phase {
  /// Nothing was under way.
  fileprivate var isSettled: Bool { self == .running || self == .stopped }
}
