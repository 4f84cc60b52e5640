package import OrienModel
import OrienSystem

// What the node stops by itself, such as what nobody pays for, and starts again by itself. Whatever is
// busy is left as it is: who wants this looks again.

extension Rentals {
  /// Stops one that runs.
  package func pause(_ id: String, for failure: Failure) {
    guard let machine = machines[id], machine.isWanted, !machine.isBusy,
      machine.record.phase == .running
    else { return }
    parts.log.warning(
      "a machine is stopped", ["machine": id, "because": failure.description])
    turn(id, to: .stopped, by: .stopping, pause: failure.reason, { _ in }) { [self] machine in
      stop(machine)
    }
  }

  /// Starts one that `pause` has stopped, and no other.
  package func resume(_ id: String) {
    guard let machine = machines[id], machine.isWanted, !machine.isBusy,
      let pause = machine.record.pause
    else { return }
    parts.log.info("a machine goes on", ["machine": id, "was": pause])
    if machine.record.phase == .running {
      // It was to stop, and could not.
      return keep(machine, { $0.pause = nil }, then: {})
    }
    // It is paused until it runs, so that a start which fails is tried again.
    turn(id, to: .running, by: .starting, pause: pause, { _ in }) { [self] machine in start(machine)
    }
  }
}
