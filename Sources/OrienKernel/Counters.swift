package import OrienModel

/// What the kernel has done since it was started, for metrics.
package struct Counters: Sendable {
  package struct Ending: Hashable, Sendable {
    package var tool: String
    package var status: Status
  }

  package var accepted: UInt64 = 0
  package var ended: [Ending: UInt64] = [:]
  /// By reason.
  package var refused: [String: UInt64] = [:]
  package var cpuMicroseconds: UInt64 = 0
  package var runningMicroseconds: UInt64 = 0
  /// By currency, in millionths.
  package var earned: [String: UInt64] = [:]

  mutating func note(_ record: FinalRecord) {
    ended[Ending(tool: record.tool.description, status: record.status), default: 0] += 1
    cpuMicroseconds = cpuMicroseconds.saturatingAdd(record.usage.cpuMicroseconds)
    runningMicroseconds = runningMicroseconds.saturatingAdd(record.runningMicroseconds)
    earned[record.currency, default: 0].saturate(adding: record.costMicroUnits)
  }
}

extension UInt64 {
  fileprivate mutating func saturate(adding other: UInt64) { self = saturatingAdd(other) }
}
