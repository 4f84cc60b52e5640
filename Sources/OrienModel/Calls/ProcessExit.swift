/// How a process ended, whoever ran it.
package struct ProcessExit: Sendable, Equatable {
  /// Nil where a signal ended it, or nobody saw how.
  package var code: Int32?
  package var signal: Int32?
  package var reason: Reason

  package init(code: Int32?, signal: Int32?, reason: Reason) {
    self.code = code
    self.signal = signal
    self.reason = reason
  }

  /// The numbers are the ABI's.
  package enum Reason: UInt32, Sendable {
    case exited = 0, signal, wall, cpu, memory, output, cancelled, disk, lost, pluginCrash, limit
  }
}
