internal import COrienABI

/// The plugin's programs that outlive the call, the plugin's process and the node, by their names:
/// 1 to 128 of A-Z a-z 0-9 and -, the first no -. Good for as long as the call that it is of.
public struct Lasting {
  let call: UnsafeMutablePointer<orien_call>
  let host: Host

  /// Starts what the manifest grants, outside of the jail, in the plugin's own folder, in a control
  /// group of its own. Of the limits, which are that group's, `memoryBytes`, `cpuPercent`,
  /// `processes` and `openFiles` may be set. It has begun when this returns, and what it does then
  /// is for `status` to tell. Throws `conflict` where one of that name runs, `denied` where the
  /// manifest grants no such command, `unavailable` where no control group can be had, or where
  /// the manifest lets it reach public addresses only and nothing holds it to them.
  public func start(
    _ name: String, _ command: Command, _ limits: Limits = Limits()
  ) throws(Failure) {
    try Self.check(name)
    let lasting = try host.service(ORIEN_SERVICE_LASTING, \orien_lasting.start)
    var command = command
    command.isOutside = true
    var table = limits.table
    let status = try command.withTable { lasting.pointee.start(call, name, $0, &table) }
    try Failure.check(status, "starting '\(name)', '\(command.program)' that lasts")
  }

  /// Has it end by SIGTERM, kills what is left of its group when the grace is over, and forgets it.
  /// Nothing where there is none. Throws `cancelled` where the call is: it is stopped all the same.
  public func stop(_ name: String, graceMilliseconds: UInt64) throws(Failure) {
    try Self.check(name)
    let lasting = try host.service(ORIEN_SERVICE_LASTING, \orien_lasting.stop)
    try Failure.check(lasting.pointee.stop(call, name, graceMilliseconds), "stopping '\(name)'")
  }

  /// How it is; nil where none was started, or it was stopped.
  public func status(_ name: String) throws(Failure) -> Status? {
    try Self.check(name)
    let lasting = try host.service(ORIEN_SERVICE_LASTING, \orien_lasting.status)
    var found = orien_lasting_status()
    found.size = UInt32(MemoryLayout<orien_lasting_status>.size)
    var exit = orien_exit()
    exit.size = UInt32(MemoryLayout<orien_exit>.size)
    var usage = orien_usage()
    usage.size = UInt32(MemoryLayout<orien_usage>.size)
    let status = lasting.pointee.status(call, name, &found, &exit, &usage)
    if status == orien_status(ORIEN_NOT_FOUND) { return nil }
    try Failure.check(status, "the status of '\(name)'")
    return Status(found, exit, usage)
  }

  /// The last that it wrote on its standard output and error, 64 KiB at most; nil as for `status`.
  public func output(_ name: String) throws(Failure) -> [UInt8]? {
    try Self.check(name)
    let lasting = try host.service(ORIEN_SERVICE_LASTING, \orien_lasting.output)
    var bytes = orien_bytes()
    let status = lasting.pointee.output(call, name, &bytes)
    let output = host.taking(bytes)
    if status == orien_status(ORIEN_NOT_FOUND) { return nil }
    try Failure.check(status, "the output of '\(name)'")
    return output
  }

  /// The names that begin with `prefix`, in byte order, from the one after `name` on, also of those
  /// that have ended: as many as fit into 64 KiB. None: there are no more.
  public func names(prefix: String = "", after name: String? = nil) throws(Failure) -> [String] {
    try prefix.checkCrossing(as: "a name's beginning")
    try name?.checkCrossing(as: "a name")
    let lasting = try host.service(ORIEN_SERVICE_LASTING, \orien_lasting.list)
    var bytes = orien_bytes()
    let status = lasting.pointee.list(call, prefix, name, &bytes)
    let names = host.taking(bytes)
    try Failure.check(status, "listing what lasts")
    return names.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Cut short it would be another one.
  private static func check(_ name: String) throws(Failure) {
    try name.checkCrossing(as: "the name of what lasts")
  }

  /// What is known of one.
  public struct Status: Sendable, Equatable {
    /// Something of its group lives, whoever has forked it.
    public var isRunning: Bool
    /// Since 1970; the same whenever it is asked for.
    public var startedMilliseconds: UInt64
    /// Since 1970, of its first process; nil where it has not ended, or nobody saw it.
    public var endedMilliseconds: UInt64?
    /// Of its first process, `lost` where nobody saw it end; nil as long as it runs.
    public var exit: Exit?
    /// Of its group since it was begun.
    public var usage: Usage
    /// Of its group, now; 0 is unknown.
    public var memoryBytes: UInt64
    public var processes: UInt32

    init(_ status: orien_lasting_status, _ exit: orien_exit, _ usage: orien_usage) {
      isRunning = status.running != 0
      startedMilliseconds = status.started_ms
      endedMilliseconds = status.ended_ms == 0 ? nil : status.ended_ms
      self.exit = isRunning && status.ended_ms == 0 ? nil : Exit(exit)
      self.usage = Usage(usage)
      memoryBytes = status.memory_bytes
      processes = status.processes
    }
  }
}

extension Call {
  /// The plugin's programs that outlive this call and the node.
  public var lasting: Lasting { Lasting(call: raw, host: host) }
}
