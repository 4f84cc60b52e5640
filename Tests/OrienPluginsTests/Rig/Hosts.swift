import Glibc
import OrienModel
import OrienPlugins
import OrienSystem
import Synchronization

/// A node that remembers what plugins asked of it. The state's revisions count from 1.
final class RecordingNode: PluginHost {
  struct Line: Equatable {
    var level: PluginLogLevel
    var message: String
    var plugin: String
    var call: String?
  }

  private struct State {
    var lines: [Line] = []
    var values: [String: (value: [UInt8], revision: UInt64)] = [:]
    var revision: UInt64 = 0
    var lasting: [LastingRequest] = []
  }
  private let state = Mutex(State())

  var lines: [Line] { state.withLock { $0.lines } }

  func log(_ level: PluginLogLevel, _ message: String, plugin: String, call: String?) {
    let line = Line(level: level, message: message, plugin: plugin, call: call)
    state.withLock { $0.lines.append(line) }
  }

  func putState(
    _ key: String, _ value: [UInt8], over revision: UInt64?, plugin: String
  ) throws(Failure) -> StateWrite {
    state.withLock { state in
      let now = state.values[key]?.revision ?? 0
      guard revision ?? now == now else { return .conflict(now) }
      state.revision += 1
      state.values[key] = (value, state.revision)
      return .written(state.revision)
    }
  }

  func state(
    _ key: String, plugin: String
  ) throws(Failure) -> (value: [UInt8], revision: UInt64)? {
    state.withLock { $0.values[key] }
  }

  func removeState(
    _ key: String, over revision: UInt64?, plugin: String
  ) throws(Failure) -> StateWrite {
    state.withLock { state in
      state.values[key] = nil
      return .written(0)
    }
  }

  func stateKeys(
    prefix: String, after: String?, bytes: Int, plugin: String
  ) throws(Failure) -> [String] {
    state.withLock { state in
      state.values.keys.sorted().filter { $0.hasPrefix(prefix) && $0 > (after ?? "") }
    }
  }

  /// What of its lasting programs a plugin asked for, and what it is answered.
  var lastingRequests: [LastingRequest] { state.withLock { $0.lasting } }

  func lasting(
    _ request: LastingRequest, of plugin: PluginIdentity, for call: (any CallHost)?
  ) throws(Failure) -> LastingAnswer {
    state.withLock { $0.lasting.append(request) }
    switch request {
    case .start(let name, _, _) where name.text == "runs":
      throw Failure(.conflict, "lasting-runs", "it runs")
    case .start, .stop: return .done
    case .status(let name) where name.text == "absent",
      .output(let name) where name.text == "absent":
      throw Failure(.notFound, "lasting-absent", "there is none")
    case .status: return .status(Self.status)
    case .output: return .output(Array("its last words".utf8))
    case .list(let prefix, let after, _):
      return .names(["a", "b"].filter { $0.hasPrefix(prefix) && $0 > (after ?? "") })
    }
  }

  private static let status: LastingStatus = {
    var usage = Usage()
    usage.cpuUserMicroseconds = 5
    usage.memoryPeakBytes = 6
    return LastingStatus(
      isRunning: true, startedMilliseconds: 1, endedMilliseconds: 2,
      exit: ProcessExit(code: 3, signal: nil, reason: .exited), usage: usage, memoryBytes: 7,
      processes: 8)
  }()
}

/// A call that keeps what its handler sent.
final class RecordingCall: CallHost {
  struct Record: Equatable {
    var output = ""
    var bytes: [OutputStream: Int] = [:]
    var metered: [String: UInt64] = [:]
    var exit: ProcessExit?
    var usage: Usage?
    var command: Command?
    var captureBytes: UInt64?
    var opened: String?
    var placed: [PlaceRequest] = []
  }

  private let record = Mutex(Record())
  let isCancelled: Bool
  private let result: Result<RunResult, Failure>

  private let outputBytes: Int

  init(
    isCancelled: Bool = false, outputBytes: Int = .max,
    running result: Result<RunResult, Failure>? = nil
  ) {
    self.isCancelled = isCancelled
    self.outputBytes = outputBytes
    self.result =
      result ?? .success(RunResult(exit: ProcessExit(code: 3, signal: nil, reason: .exited)))
  }

  var kept: Record { record.withLock { $0 } }
  var output: String { kept.output }

  func emit(_ stream: OutputStream, _ bytes: UnsafeRawBufferPointer) -> CallStatus {
    let text = String(decoding: bytes, as: UTF8.self)
    return record.withLock { record in
      guard record.bytes[stream, default: 0] + bytes.count <= outputBytes else { return .limited }
      record.output += text
      record.bytes[stream, default: 0] += bytes.count
      return .ok
    }
  }

  func meter(_ unit: String, _ amount: UInt64) -> CallStatus {
    record.withLock { $0.metered[unit] = ($0.metered[unit] ?? 0).saturatingAdd(amount) }
    return .ok
  }

  func ended(_ exit: ProcessExit, _ usage: Usage?) -> CallStatus {
    record.withLock { ($0.exit, $0.usage) = (exit, usage) }
    return .ok
  }

  func cancelDescriptor() -> Int32 { -1 }

  func run(_ command: Command, captureBytes: UInt64?) throws(Failure) -> RunResult {
    record.withLock { ($0.command, $0.captureBytes) = (command, captureBytes) }
    return try result.get()
  }

  func openFile(_ path: String, _ mode: FileMode) throws(Failure) -> Int32 {
    record.withLock { $0.opened = "\(path) \(mode)" }
    guard path != "missing" else { throw Failure(.notFound, "not-found", "no such file") }
    return open("/dev/null", O_RDWR | O_CLOEXEC)
  }

  func place(_ request: PlaceRequest) throws(Failure) -> String {
    record.withLock { $0.placed.append(request) }
    guard request != .show("missing", readsOnly: true) else {
      throw Failure(.notFound, "no-place", "no such place")
    }
    return "/places/one"
  }
}
