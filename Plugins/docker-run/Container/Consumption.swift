internal import OrienKit

/// What a container has used so far, by its control group, as the engine tells it.
struct Consumption {
  private(set) var usage = Usage()

  var cpuMilliseconds: UInt64 {
    (usage.cpuUserMicroseconds + usage.cpuSystemMicroseconds) / 1000
  }

  /// What only grows is not taken back by an answer that lacks it.
  mutating func take(_ stats: JSON) {
    let cpu = stats["cpu_stats"]?["cpu_usage"]
    let total = Self.number(cpu?["total_usage"]) / 1000
    var (user, system) = (
      Self.number(cpu?["usage_in_usermode"]) / 1000,
      Self.number(cpu?["usage_in_kernelmode"]) / 1000
    )
    // The parts are counted by ticks, and the whole is not.
    if user + system < total { user = total - system }
    usage.cpuUserMicroseconds = max(usage.cpuUserMicroseconds, user)
    usage.cpuSystemMicroseconds = max(usage.cpuSystemMicroseconds, system)
    let memory = stats["memory_stats"]
    let peak = max(Self.number(memory?["max_usage"]), Self.number(memory?["usage"]))
    usage.memoryPeakBytes = max(usage.memoryPeakBytes, peak)
    let pieces = stats["blkio_stats"]?["io_service_bytes_recursive"]?.array ?? []
    usage.readBytes = max(usage.readBytes, Self.sum(pieces, "read"))
    usage.writtenBytes = max(usage.writtenBytes, Self.sum(pieces, "write"))
  }

  private static func sum(_ pieces: [JSON], _ operation: String) -> UInt64 {
    pieces.filter { $0["op"]?.string?.lowercased() == operation }
      .reduce(0) { $0 + number($1["value"]) }
  }

  private static func number(_ json: JSON?) -> UInt64 {
    UInt64(exactly: json?.number ?? 0) ?? json?.integer.map { UInt64(clamping: $0) } ?? 0
  }
}
