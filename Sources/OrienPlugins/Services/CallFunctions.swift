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
        guard let exit, let exit = orien_exit.copy(from: exit).flatMap(ProcessExit.init) else {
          return .invalid
        }
        guard let usage else { return host.ended(exit, nil) }
        guard let usage = orien_usage.copy(from: usage) else { return .invalid }
        return host.ended(exit, Usage(usage))
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
  /// Nil where nothing ends so on Linux: it would stand in a signed record.
  init?(_ exit: orien_exit) {
    var reason = Reason(rawValue: exit.reason) ?? .limit
    // An older plugin has no reason to give, and 0 beside a signal contradicts it.
    if reason == .exited, exit.signal != 0 { reason = .signal }
    switch (exit.code, exit.signal) {
    case (_, 1...64): self.init(code: nil, signal: exit.signal, reason: reason)
    case (0...255, 0) where reason != .signal:
      self.init(code: exit.code, signal: nil, reason: reason)
    case (-1, 0) where reason != .exited && reason != .signal:
      self.init(code: nil, signal: nil, reason: reason)
    default: return nil
    }
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
