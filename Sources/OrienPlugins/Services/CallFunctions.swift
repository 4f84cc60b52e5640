import COrienABI
import OrienModel

/// The functions of `orien_call`, as C calls them: what a plugin passes is checked and copied here,
/// and only values go on to the node.
enum CallFunctions {
  /// A function that was given NULL, or a call that is none or has returned, answers INVALID.
  static func with(
    _ call: UnsafePointer<orien_call>?, _ body: (RunningCall) -> CallStatus
  ) -> orien_status {
    (LiveCalls.find(call).map(body) ?? .invalid).rawValue
  }

  /// The same for what only a handler has.
  static func withHost(
    _ call: UnsafePointer<orien_call>?,
    _ body: (RunningCall, any CallHost) -> CallStatus
  ) -> orien_status {
    with(call) { call in call.host.map { body(call, $0) } ?? .invalid }
  }

  static func install(in call: inout orien_call) {
    call.emit = { call, stream, chunk in
      CallFunctions.withHost(call) { _, host in
        guard let stream = OutputStream(rawValue: stream), let bytes = chunk.buffer else {
          return .invalid
        }
        return bytes.isEmpty ? .ok : host.emit(stream, bytes)
      }
    }
    call.meter = { call, unit, amount in
      CallFunctions.withHost(call) { running, host in
        guard let unit = try? PluginText.copy(unit, atMost: 64), running.units.contains(unit) else {
          return .invalid
        }
        return host.meter(unit, amount)
      }
    }
    call.ended = { call, exit, usage in
      CallFunctions.withHost(call) { _, host in
        guard let exit, let exit = orien_exit.copy(from: exit) else { return .invalid }
        guard let usage else { return host.ended(ProcessExit(exit), nil) }
        guard let usage = orien_usage.copy(from: usage) else { return .invalid }
        return host.ended(ProcessExit(exit), Usage(usage))
      }
    }
    call.fail = { call, status, reason, message in
      // The plugin returns what this answers, so it is what it gave even where nobody listens.
      LiveCalls.find(call)?.fail(
        reason: (try? PluginText.copy(reason, atMost: 64)).flatMap { $0 }.flatMap {
          Grammar.reason.admits($0) ? $0 : nil
        },
        message: PluginText.copyRepaired(message, atMost: 4096)?.harmless ?? "")
      return status
    }
    call.cancelled = { call in LiveCalls.find(call)?.isCancelled == false ? 0 : 1 }
    call.cancel_fd = { call in LiveCalls.find(call)?.host?.cancelDescriptor() ?? -1 }
  }
}

extension ProcessExit {
  init(_ exit: orien_exit) {
    self.init(
      code: exit.signal == 0 ? exit.code : nil, signal: exit.signal == 0 ? nil : exit.signal,
      reason: Reason(rawValue: exit.reason) ?? .limit)
    // An older plugin has no reason to give, and 0 beside a signal contradicts it.
    if reason == .exited, signal != nil { reason = .signal }
  }

  /// Its form in C; a reason that C has no number for is some limit.
  var inC: orien_exit {
    orien_exit(
      size: UInt32(MemoryLayout<orien_exit>.size), code: code ?? -1, signal: signal ?? 0,
      reason: reason.rawValue)
  }
}

extension Usage {
  init(_ usage: orien_usage) {
    self.init()
    cpuUserMicroseconds = usage.cpu_user_us
    cpuSystemMicroseconds = usage.cpu_system_us
    memoryPeakBytes = usage.memory_peak_bytes
    readBytes = usage.read_bytes
    writtenBytes = usage.written_bytes
  }
}
