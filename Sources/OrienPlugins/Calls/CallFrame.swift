import COrienABI
import OrienFFI
import OrienModel
import OrienSystem

/// All that one call of a plugin's function takes, and the call itself: the `orien_call` is made,
/// the function called, and the `orien_call` retired, on the calling thread.
struct CallFrame {
  var call: RunningCall
  var signature: Signature
  var values: [ArgumentValue]
  /// The function's first argument: `self`, or where open() is to put it.
  var first: UnsafeMutableRawPointer?
  var host: UnsafeMutablePointer<orien_host>
  var handler: UnsafePointer<orien_handler>?
  var session: String?
  var workspace: SharedWorkspace?
  var limits = Limits()
  var deadline: Instant

  /// Calls the function and judges what it returned.
  func run(_ function: orien_function, _ arena: inout Arena) -> CallResult.Outcome {
    let texts = [call.id, session, workspace?.path]
    arena.reset(
      bytes: texts.reduce(Signature.bytes(of: values) + MemoryLayout<orien_limits>.stride + 16) {
        $0 + ($1.map { Arena.bytes(of: $0) } ?? 0)
      })
    let granted = arena.room(for: 1, of: orien_limits.self)
    granted.initialize(to: limits.inC)
    var contents = orien_call()
    contents.size = ServiceTables.bytes(of: orien_call.self)
    contents.id = arena.copy(call.id)
    contents.session = session.map { arena.copy($0) }
    contents.workspace = (workspace?.path).map { arena.copy($0) }
    contents.workspace_user = workspace?.user ?? 0
    contents.host = UnsafePointer(host)
    contents.handler = handler
    contents.limits = UnsafePointer(granted)
    contents.deadline_ms = deadline.monotonicMilliseconds
    CallFunctions.install(in: &contents)
    let address = LiveCalls.begin(call, contents)
    let status = signature.call(
      function, first, UnsafeMutableRawPointer(address), values, arena: &arena)
    LiveCalls.end(address)
    return call.said.outcome(returning: status)
  }
}

extension Limits {
  /// Their form in C, where 0 is no limit.
  var inC: orien_limits {
    var limits = orien_limits()
    limits.size = ServiceTables.bytes(of: orien_limits.self)
    limits.concurrency = UInt32(clamping: concurrency ?? 0)
    limits.wall_ms = wallMilliseconds ?? 0
    limits.cpu_ms = cpuMilliseconds ?? 0
    limits.cpu_percent = cpuPercent ?? 0
    limits.memory_bytes = memoryBytes ?? 0
    limits.output_bytes = outputBytes ?? 0
    limits.input_bytes = inputBytes ?? 0
    limits.disk_bytes = diskBytes ?? 0
    limits.disk_files = diskFiles ?? 0
    limits.file_bytes = fileBytes ?? 0
    limits.io_bytes_per_second = ioBytesPerSecond ?? 0
    limits.processes = UInt32(clamping: processes ?? 0)
    limits.open_files = UInt32(clamping: openFiles ?? 0)
    limits.network = 1
    return limits
  }
}
