import OrienSystem

// What the service manager that started the node is told of it.

extension Node {
  /// That it serves; and from then on, as often as it wants to hear it, that the loop turns.
  func tellManager() {
    notices?.send("READY=1\nSTATUS=listening on \(places.joined(separator: ", "))")
    guard let interval = notices?.watchdogInterval else { return }
    beat(every: interval)
  }

  private func beat(every interval: Duration) {
    notices?.send("WATCHDOG=1")
    _ = loop.schedule(after: interval) { [unowned self] in beat(every: interval) }
  }
}
