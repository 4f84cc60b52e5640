import OrienModel
import OrienSystem

/// What a node says to a worker.
enum NodeMessage: Sendable {
  /// The first: which plugin it is.
  case load(WorkerOrder)
  case call(UInt64, PluginCall)
  /// The call's result is no longer wanted.
  case cancel(UInt64)
  /// To a request, by its number. `opened` brings the descriptor with it.
  case answer(UInt64, WorkerAnswer)
  case probe
  /// To be closed, and then to end.
  case close

  var passesDescriptor: Bool {
    switch self {
    case .load, .answer(_, .opened): true
    default: false
    }
  }

  enum Kind: UInt32 {
    case load = 1, call, cancel, answer, probe, close
  }
}

/// What a worker says to its node.
enum WorkerMessage: Sendable {
  /// To `load`: nil where the plugin is open.
  case loaded(Failure?)
  /// Of a call's streams `output` and `errors`.
  case emit(UInt64, OutputStream, [UInt8])
  case meter(UInt64, String, UInt64)
  case ended(UInt64, ProcessExit, Usage?)
  case request(WorkerRequest)
  case log(PluginLogLevel, String, call: String?)
  case returned(UInt64, CallResult)
  case probed(Failure?)
  case holds(WorkerHoldings)

  enum Kind: UInt32 {
    case loaded = 1, emit, meter, ended, request, log, returned, probed, holds
  }
}

/// What a worker needs to know of its plugin.
struct WorkerOrder: Sendable {
  /// The file's name without `.so` or `.json`.
  var name: String
  var code: Code
  /// As JSON: what the scan found, and the manifest's settings.
  var listing: [UInt8]
  var config: [UInt8]
  var folder: String
  var nodeVersion: String
  /// The plugin's handlers at once.
  var slots: UInt64
  /// Walls stand around the process, which may bound itself no further.
  var isWalled = false
  /// What the process may take.
  var memoryBytes: UInt64
  var openFiles: UInt64

  enum Code: Sendable {
    /// By its path.
    case library(String)
    /// What the manifest says that declares a function.
    case declared([UInt8])
  }
}

/// What of the node's a plugin asked for, and waits for.
struct WorkerRequest: Sendable {
  var number: UInt64
  /// Nil: a request of the plugin's, not of one of its calls.
  var call: UInt64?
  var what: What

  enum What: Sendable {
    /// One JSON object for the call's `event` or `fact`.
    case emit(OutputStream, [UInt8])
    case run(Command, captureBytes: UInt64?)
    case openFile(String, FileMode)
    case place(PlaceRequest)
    case putState(String, [UInt8], over: UInt64?)
    case state(String)
    case removeState(String, over: UInt64?)
    case stateKeys(prefix: String, after: String?, bytes: UInt64)
    case lasting(LastingRequest)
  }
}

enum WorkerAnswer: Sendable {
  case failed(Failure)
  case status(CallStatus)
  case ran(RunResult)
  case opened
  case placed(String)
  case wrote(StateWrite)
  case value([UInt8], revision: UInt64)
  case absent
  case keys([String])
  case lasting(LastingAnswer)
}
