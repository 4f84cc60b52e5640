/// What a call used, for its bill. Counters saturate: an overflow never makes a bill smaller.
package struct Usage: Sendable, Equatable {
  package var wallMicroseconds: UInt64 = 0
  package var cpuUserMicroseconds: UInt64 = 0
  package var cpuSystemMicroseconds: UInt64 = 0
  package var memoryPeakBytes: UInt64 = 0
  package var readBytes: UInt64 = 0
  package var writtenBytes: UInt64 = 0
  /// How much memory was held for how long, as far as that was looked at: never more than the peak
  /// for the whole wall time, which is what a price counts.
  package var memoryByteSeconds: UInt64 = 0
  /// What the handler metered, by unit ("token").
  package var units: [String: UInt64] = [:]
  package var source: Source = .none

  package init() {}

  package var cpuMicroseconds: UInt64 {
    cpuUserMicroseconds.saturatingAdd(cpuSystemMicroseconds)
  }

  /// Adds what another process of the same call used: CPU time, bytes, units and memory held add up, peaks do
  /// not, and the wall is the call's own. The sum is as good as the worse source of the two;
  /// adding what is empty changes nothing.
  package mutating func add(_ other: Usage) {
    guard other != Usage() else { return }
    cpuUserMicroseconds = cpuUserMicroseconds.saturatingAdd(other.cpuUserMicroseconds)
    cpuSystemMicroseconds = cpuSystemMicroseconds.saturatingAdd(other.cpuSystemMicroseconds)
    memoryPeakBytes = max(memoryPeakBytes, other.memoryPeakBytes)
    readBytes = readBytes.saturatingAdd(other.readBytes)
    writtenBytes = writtenBytes.saturatingAdd(other.writtenBytes)
    memoryByteSeconds = memoryByteSeconds.saturatingAdd(other.memoryByteSeconds)
    units.merge(other.units) { $0.saturatingAdd($1) }
    source = source == .none ? other.source : min(source, other.source)
  }

  /// Where the figures come from, best first: a control group sees every process of the call,
  /// `rusage` the reaped ones, `thread` an in-node handler's own thread, `none` the wall alone.
  package enum Source: String, Sendable, Comparable {
    case cgroup, rusage, thread, none

    private var rank: Int {
      switch self {
      case .cgroup: 3
      case .rusage: 2
      case .thread: 1
      case .none: 0
      }
    }
    package static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }
  }
}

extension UInt64 {
  package func saturatingAdd(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
  package func saturatingMultiply(_ other: UInt64) -> UInt64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
