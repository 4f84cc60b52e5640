import COrienJail
package import OrienModel

/// What the launcher's numbers mean to the node.
extension JailEnd {
  /// `killed` is why the node itself had it killed.
  init(_ end: orien_jail_end, killed: ProcessExit.Reason?) {
    usage = Usage(end)
    isRefusal = Self.refusals.contains { $0.rawValue == end.fault }
    systemError = end.fault == ORIEN_JAIL_HOST.rawValue && end.error != 0 ? end.error : nil
    guard end.fault == ORIEN_JAIL_RAN.rawValue else {
      let isKill = [ORIEN_JAIL_STUB_LOST, ORIEN_JAIL_NEVER_BEGAN].contains {
        $0.rawValue == end.fault
      }
      let wasKilled = isKill ? killed : nil
      exit = ProcessExit(code: nil, signal: nil, reason: wasKilled ?? .lost)
      failure = wasKilled == nil ? Failure(fault: end) : nil
      return
    }
    failure = nil
    exit = ProcessExit(
      code: end.signal == 0 ? end.code : nil, signal: end.signal == 0 ? nil : end.signal,
      reason: Self.reason(end, killed))
  }

  private static let refusals = [
    ORIEN_JAIL_NOT_FOUND, ORIEN_JAIL_NO_INTERPRETER, ORIEN_JAIL_DENIED, ORIEN_JAIL_FORMAT,
    ORIEN_JAIL_TOO_BIG,
  ]

  /// Its launcher went, and it with it.
  static func lost(_ killed: ProcessExit.Reason?) -> JailEnd {
    guard let killed else {
      return JailEnd(
        failing: Failure(
          .unavailable, "launcher-lost", "the jail's launcher ended while this ran; try again"))
    }
    return JailEnd(exit: ProcessExit(code: nil, signal: nil, reason: killed), usage: Usage())
  }

  init(failing failure: Failure, isRefusal: Bool = false) {
    self.init(
      exit: ProcessExit(code: nil, signal: nil, reason: .lost), usage: Usage(), failure: failure,
      isRefusal: isRefusal)
  }

  /// The first that applies. A limit that was hit decides only where the process did not succeed
  /// all the same: a script may try for more than it may have, and live without it.
  private static func reason(
    _ end: orien_jail_end, _ killed: ProcessExit.Reason?
  ) -> ProcessExit.Reason {
    if end.signal == Signal.kill, let killed { return killed }
    if end.hits & ORIEN_JAIL_HIT_CPU.rawValue != 0 || end.signal == Signal.cpuLimit { return .cpu }
    let hasFailed = end.signal != 0 || end.code != 0
    if hasFailed, end.hits & ORIEN_JAIL_HIT_MEMORY.rawValue != 0 { return .memory }
    if hasFailed, end.hits & ORIEN_JAIL_HIT_PROCESSES.rawValue != 0 { return .limit }
    if end.signal == Signal.fileSize { return .disk }
    return end.signal == 0 ? .exited : .signal
  }

  /// Linux's numbers, the same on every architecture that Swift runs on.
  private enum Signal {
    static let kill: Int32 = 9
    static let cpuLimit: Int32 = 24
    static let fileSize: Int32 = 25
  }
}

extension Usage {
  fileprivate init(_ end: orien_jail_end) {
    self.init()
    wallMicroseconds = end.wall_microseconds
    cpuUserMicroseconds = end.cpu_user_microseconds
    cpuSystemMicroseconds = end.cpu_system_microseconds
    memoryPeakBytes = end.memory_peak_bytes
    readBytes = end.read_bytes
    writtenBytes = end.written_bytes
    memoryByteSeconds = end.memory_byte_seconds
    source =
      switch end.metered_by {
      case ORIEN_JAIL_METER_CGROUP.rawValue: .cgroup
      case ORIEN_JAIL_METER_RUSAGE.rawValue: .rusage
      default: .none
      }
  }
}

extension Failure {
  /// Nobody runs unknown programs where nothing holds them.
  package static let unwalled = Failure(
    .unavailable, "unsafe",
    "it runs programs, and nothing walls them in on this machine: they are refused unless the "
      + "operator says --allow-unsafe")

  fileprivate init(fault end: orien_jail_end) {
    let system = end.error == 0 ? "" : ": errno \(end.error)"
    self =
      switch end.fault {
      case ORIEN_JAIL_NOT_FOUND.rawValue:
        Failure(.notFound, "exec-not-found", "there is no such program in /usr/bin or /bin")
      case ORIEN_JAIL_NO_INTERPRETER.rawValue:
        Failure(
          .notFound, "exec-interpreter",
          "the interpreter that the program's first line or header names is missing")
      case ORIEN_JAIL_DENIED.rawValue:
        Failure(.denied, "exec-denied", "the program may not be executed; chmod +x it\(system)")
      case ORIEN_JAIL_FORMAT.rawValue:
        Failure(.invalid, "exec-format", "the file is no program that this machine can execute")
      case ORIEN_JAIL_TOO_BIG.rawValue:
        Failure(.tooLarge, "exec-too-big", "arguments and environment exceed what Linux takes")
      case ORIEN_JAIL_REFUSED.rawValue:
        Failure(.internal, "jail-refused", "the launcher refused a request of the node")
      case ORIEN_JAIL_NEVER_BEGAN.rawValue:
        Failure(.unavailable, "never-began", "the process was killed before its program began")
      case ORIEN_JAIL_NO_WALLS.rawValue:
        Failure.unwalled
      case ORIEN_JAIL_STUB_LOST.rawValue:
        // Who kills what holds it has not run for free.
        Failure(.denied, "stub-lost", "what held the process in the jail was killed")
      default:
        Failure(.unavailable, "jail-resources", "the host could not start the process\(system)")
      }
  }
}
