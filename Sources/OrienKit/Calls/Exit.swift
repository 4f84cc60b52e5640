internal import COrienABI

/// How a process ended, whoever ran it.
public struct Exit: Sendable, Equatable {
  /// 0 to 255; nil where a signal ended it, or nobody saw how.
  public var code: Int32?
  /// 1 to 64; nil where it exited, or nobody saw how.
  public var signal: Int32?
  public var reason: Reason

  public enum Reason: UInt32, Sendable {
    case exited, signal, wall, cpu, memory, output, cancelled, disk, lost, pluginCrash
    /// A limit that this kit has no name for.
    case limit
  }

  public init(code: Int32?, signal: Int32? = nil, reason: Reason = .exited) {
    self.code = code
    self.signal = signal
    self.reason = reason
  }

  /// True where it exited with 0.
  public var isSuccess: Bool { code == 0 && reason == .exited }

  init(_ table: orien_exit) {
    code = table.code < 0 ? nil : table.code
    signal = table.signal == 0 ? nil : table.signal
    reason = Reason(rawValue: table.reason) ?? .limit
  }

  var table: orien_exit {
    var table = orien_exit()
    table.size = UInt32(MemoryLayout<orien_exit>.size)
    table.code = code ?? -1
    table.signal = signal ?? 0
    table.reason = reason.rawValue
    return table
  }
}

/// What something used, for the bill; 0 is unknown.
public struct Usage: Sendable, Equatable {
  public var cpuUserMicroseconds: UInt64
  public var cpuSystemMicroseconds: UInt64
  public var memoryPeakBytes: UInt64
  public var readBytes: UInt64
  public var writtenBytes: UInt64

  public init(
    cpuUserMicroseconds: UInt64 = 0, cpuSystemMicroseconds: UInt64 = 0,
    memoryPeakBytes: UInt64 = 0, readBytes: UInt64 = 0, writtenBytes: UInt64 = 0
  ) {
    self.cpuUserMicroseconds = cpuUserMicroseconds
    self.cpuSystemMicroseconds = cpuSystemMicroseconds
    self.memoryPeakBytes = memoryPeakBytes
    self.readBytes = readBytes
    self.writtenBytes = writtenBytes
  }

  init(_ table: orien_usage) {
    self.init(
      cpuUserMicroseconds: table.cpu_user_us, cpuSystemMicroseconds: table.cpu_system_us,
      memoryPeakBytes: table.memory_peak_bytes, readBytes: table.read_bytes,
      writtenBytes: table.written_bytes)
  }

  var table: orien_usage {
    orien_usage(
      size: UInt32(MemoryLayout<orien_usage>.size), cpu_user_us: cpuUserMicroseconds,
      cpu_system_us: cpuSystemMicroseconds, memory_peak_bytes: memoryPeakBytes,
      read_bytes: readBytes, written_bytes: writtenBytes)
  }
}
