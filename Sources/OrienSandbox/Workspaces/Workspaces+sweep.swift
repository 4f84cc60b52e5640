import OrienModel
import OrienSystem

extension Workspaces {
  /// Looks every now and then for sessions that nobody has used for their time to live.
  func scheduleSweep() {
    let pause = min(max(limits.idle / 4, .seconds(1)), .seconds(60))
    sweeper = loop.schedule(after: pause) {
      self.sweep()
      self.scheduleSweep()
    }
  }

  func sweep() {
    let idle = sessions.values.filter { $0.leases == 0 && $0.expiresAt <= loop.now }
    // A few at a time: the rest is as idle in a minute.
    for state in idle.prefix(32) { remove(state.session.key) { _ in } }
    for name in leftovers.prefix(8) { removeFolder(name) { _ in } }
    closeIdleImages()
  }

  /// Stops what runs by itself. Folders and sessions stay.
  package func close() {
    loop.assertCurrent()
    sweeper?.cancel()
    sweeper = nil
  }
}
