internal import COrienABI

/// What a handler asks for, nil being no opinion, and what its call is granted: the least of this,
/// the operator's manifest and the node's policy.
public struct Limits: Sendable, Equatable {
  /// Calls of this handler at once.
  public var concurrency: UInt32?
  public var wallMilliseconds: UInt64?
  public var cpuMilliseconds: UInt64?
  /// 100 is one core.
  public var cpuPercent: UInt64?
  public var memoryBytes: UInt64?
  public var outputBytes: UInt64?
  public var inputBytes: UInt64?
  public var diskBytes: UInt64?
  public var diskFiles: UInt64?
  public var fileBytes: UInt64?
  public var ioBytesPerSecond: UInt64?
  public var processes: UInt32?
  public var openFiles: UInt32?
  public var network: Network?

  public enum Network: UInt32, Sendable {
    case none = 1
    case loopback
    /// What the manifest lists.
    case listed
  }

  public init(
    concurrency: UInt32? = nil, wallMilliseconds: UInt64? = nil, cpuMilliseconds: UInt64? = nil,
    cpuPercent: UInt64? = nil, memoryBytes: UInt64? = nil, outputBytes: UInt64? = nil,
    inputBytes: UInt64? = nil, diskBytes: UInt64? = nil, diskFiles: UInt64? = nil,
    fileBytes: UInt64? = nil, ioBytesPerSecond: UInt64? = nil, processes: UInt32? = nil,
    openFiles: UInt32? = nil, network: Network? = nil
  ) {
    self.concurrency = concurrency
    self.wallMilliseconds = wallMilliseconds
    self.cpuMilliseconds = cpuMilliseconds
    self.cpuPercent = cpuPercent
    self.memoryBytes = memoryBytes
    self.outputBytes = outputBytes
    self.inputBytes = inputBytes
    self.diskBytes = diskBytes
    self.diskFiles = diskFiles
    self.fileBytes = fileBytes
    self.ioBytesPerSecond = ioBytesPerSecond
    self.processes = processes
    self.openFiles = openFiles
    self.network = network
  }
}

extension Limits {
  var table: orien_limits {
    var table = orien_limits()
    table.size = UInt32(MemoryLayout<orien_limits>.size)
    table.concurrency = concurrency ?? 0
    table.wall_ms = wallMilliseconds ?? 0
    table.cpu_ms = cpuMilliseconds ?? 0
    table.cpu_percent = cpuPercent ?? 0
    table.memory_bytes = memoryBytes ?? 0
    table.output_bytes = outputBytes ?? 0
    table.input_bytes = inputBytes ?? 0
    table.disk_bytes = diskBytes ?? 0
    table.disk_files = diskFiles ?? 0
    table.file_bytes = fileBytes ?? 0
    table.io_bytes_per_second = ioBytesPerSecond ?? 0
    table.processes = processes ?? 0
    table.open_files = openFiles ?? 0
    table.network = network?.rawValue ?? 0
    return table
  }

  /// Reads what the node granted; what an older node does not know stays nil.
  init(_ table: UnsafePointer<orien_limits>) {
    func read<Number: FixedWidthInteger>(_ field: KeyPath<orien_limits, Number>) -> Number? {
      guard table.has(field) else { return nil }
      let value = table.pointee[keyPath: field]
      return value == 0 ? nil : value
    }
    self.init(
      concurrency: read(\.concurrency), wallMilliseconds: read(\.wall_ms),
      cpuMilliseconds: read(\.cpu_ms), cpuPercent: read(\.cpu_percent),
      memoryBytes: read(\.memory_bytes), outputBytes: read(\.output_bytes),
      inputBytes: read(\.input_bytes), diskBytes: read(\.disk_bytes),
      diskFiles: read(\.disk_files), fileBytes: read(\.file_bytes),
      ioBytesPerSecond: read(\.io_bytes_per_second), processes: read(\.processes),
      openFiles: read(\.open_files), network: read(\.network).flatMap(Network.init))
  }
}
