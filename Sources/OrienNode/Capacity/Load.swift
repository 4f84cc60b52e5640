package import OrienModel
package import OrienSystem

/// How busy this machine is, in hundredths: beyond the thresholds no machine is made and none is
/// offered, and those that run go on.
package struct Load: Sendable, Equatable {
  package var cpuPercent: Int64
  package var memoryPercent: Int64
  package var diskPercent: Int64
  /// For how much of the last ten seconds everything waited for memory; nil where the kernel does not
  /// say.
  package var memoryStallPercent: Int64?

  package init(
    cpuPercent: Int64, memoryPercent: Int64, diskPercent: Int64, memoryStallPercent: Int64? = nil
  ) {
    self.cpuPercent = cpuPercent
    self.memoryPercent = memoryPercent
    self.diskPercent = diskPercent
    self.memoryStallPercent = memoryStallPercent
  }

  package struct Thresholds: Sendable, Equatable {
    package var cpuPercent: Int64 = 90
    package var memoryPercent: Int64 = 85
    package var diskPercent: Int64 = 90

    package init() {}
  }

  /// A machine that stalls for a tenth of its time is out of memory, whatever is free of it.
  private static let mostStall: Int64 = 10

  /// Why nothing is to be made now.
  package func trouble(beyond thresholds: Thresholds) -> Failure? {
    if cpuPercent > thresholds.cpuPercent {
      return Self.refusal("processors", cpuPercent, thresholds.cpuPercent, "CPU_THRESHOLD")
    }
    if memoryPercent > thresholds.memoryPercent {
      return Self.refusal("memory", memoryPercent, thresholds.memoryPercent, "MEMORY_THRESHOLD")
    }
    if let stall = memoryStallPercent, stall > Self.mostStall, thresholds.memoryPercent < 100 {
      return Failure(
        .unavailable, "overloaded", "this machine waited for memory \(stall) % of the last seconds")
    }
    if diskPercent > thresholds.diskPercent {
      return Self.refusal("disk", diskPercent, thresholds.diskPercent, "STORAGE_THRESHOLD")
    }
    return nil
  }

  private static func refusal(
    _ what: String, _ percent: Int64, _ threshold: Int64, _ knob: String
  ) -> Failure {
    Failure(
      .unavailable, "overloaded",
      "\(percent) % of this machine's \(what) is in use, more than \(threshold) % (\(knob))")
  }
}

/// Measures the load now and then: a share of processors is of the time between two looks.
package final class LoadMeter {
  private var before: MachineFigures.Processors?
  package private(set) var last: Load?

  package init() {}

  package func look(_ figures: MachineFigures) {
    defer { before = figures.processors }
    let memory = figures.memory
    let used = memory.totalBytes - min(memory.availableBytes, memory.totalBytes)
    last = Load(
      cpuPercent: figures.processors.percent(since: before),
      memoryPercent: Self.percent(used, of: memory.totalBytes),
      diskPercent: Self.percent(
        figures.disk.usedBytes, of: figures.disk.usedBytes + figures.disk.availableBytes),
      memoryStallPercent: figures.memoryStallPercent)
  }

  private static func percent(_ part: UInt64, of whole: UInt64) -> Int64 {
    whole == 0 ? 0 : Int64((Double(part) / Double(whole) * 100).rounded(.up))
  }
}
