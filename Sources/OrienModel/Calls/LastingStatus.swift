/// A program that outlives the node, as it was found when it was asked for.
package struct LastingStatus: Sendable, Equatable {
  /// Something of its control group lives, whoever has forked it.
  package var isRunning: Bool
  /// Since 1970; the same whenever it is asked for.
  package var startedMilliseconds: UInt64
  /// Since 1970, of its first process; nil where it has not ended, or nobody saw it.
  package var endedMilliseconds: UInt64?
  /// Of its first process: `lost` where nobody saw it end, and as long as it has not.
  package var exit: ProcessExit
  /// Of its group since it was begun; as last seen where that is gone.
  package var usage: Usage
  /// Of its group, now.
  package var memoryBytes: UInt64
  package var processes: UInt32

  package init(
    isRunning: Bool, startedMilliseconds: UInt64, endedMilliseconds: UInt64?, exit: ProcessExit,
    usage: Usage, memoryBytes: UInt64, processes: UInt32
  ) {
    self.isRunning = isRunning
    self.startedMilliseconds = startedMilliseconds
    self.endedMilliseconds = endedMilliseconds
    self.exit = exit
    self.usage = usage
    self.memoryBytes = memoryBytes
    self.processes = processes
  }
}
