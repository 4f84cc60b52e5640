extension Price {
  /// It costs nothing, whatever it does.
  package var isFree: Bool {
    perCall == 0 && perCPUSecond == 0 && perGiBSecond == 0 && perUnit.values.allSatisfy { $0 == 0 }
  }

  /// The most that a call may cost by its limits, as far as they bound it: what no limit bounds, as a
  /// plugin's own units, counts as nothing. At least 1 where anything has a price. Saturates at what
  /// the ledger counts to.
  package func ceiling(under limits: Limits) -> UInt64 {
    guard !isFree else { return 0 }
    var most = Usage()
    most.cpuUserMicroseconds = limits.boundedCPUMilliseconds?.saturatingMultiply(1000) ?? 0
    if let memory = limits.memoryBytes, let wall = limits.wallMilliseconds {
      most.memoryPeakBytes = memory
      most.wallMicroseconds = wall.saturatingMultiply(1000)
    }
    return min(max(1, cost(of: most)), UInt64(Int64.max))
  }
}

extension Limits {
  /// Processor time is bounded by itself, and by the share of it that a call has while it may run.
  fileprivate var boundedCPUMilliseconds: UInt64? {
    let share = wallMilliseconds.flatMap { wall in
      cpuPercent.map { wall.saturatingMultiply($0) / 100 }
    }
    guard let cpuMilliseconds, let share else { return cpuMilliseconds ?? share }
    return min(cpuMilliseconds, share)
  }
}
