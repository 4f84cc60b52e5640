import OrienModel
import OrienSandbox

/// Why an execution is over, before it is priced and recorded: one table from what happened to
/// what its record says.
struct Ending: Sendable, Equatable {
  var status: Status
  /// For programs.
  var reason: String
  /// For people; nil where the status and the standard error say all.
  var message: String?
  var exitCode: Int32?
  var signal: Int32?
  /// Of the host's doing, or its plugin's: nobody pays for it.
  var isFaultOfHost = false

  /// What ended a call from outside. The first one counts; what follows from it does not.
  enum Cause: Sendable, Equatable {
    case deadline(milliseconds: UInt64)
    case cancelled(reason: String)
    case shutdown
    case disk(DiskExcess)
  }

  static func caused(by cause: Cause) -> Ending {
    switch cause {
    case .deadline(let milliseconds):
      Ending(
        status: .timeout, reason: "wall",
        message: "Execution exceeded time limit of \(seconds(milliseconds))s")
    case .cancelled(let reason):
      Ending(status: .cancelled, reason: reason, message: nil)
    case .shutdown:
      Ending(
        status: .cancelled, reason: "node-shutdown", message: "the node was shut down",
        isFaultOfHost: true)
    case .disk(.own):
      Ending(
        status: .failed, reason: "disk", message: "the workspace grew beyond its disk limit")
    case .disk(.total):
      Ending(
        status: .failed, reason: "workspaces-full",
        message:
          "the workspace grew while all together held more than WORKSPACES_BYTES, or the disk "
          + "beneath them had no more room",
        isFaultOfHost: true)
    }
  }

  /// The end of a process, or of what a handler said ran for it elsewhere.
  static func exited(_ exit: ProcessExit) -> Ending {
    func ending(
      _ status: Status, _ reason: String, _ message: String? = nil, isFaultOfHost: Bool = false
    ) -> Ending {
      Ending(
        status: status, reason: reason, message: message, exitCode: exit.code, signal: exit.signal,
        isFaultOfHost: isFaultOfHost)
    }
    return switch exit.reason {
    case .exited where exit.code == 0: ending(.completed, "exit")
    case .exited: ending(.failed, "exit")
    case .signal: ending(.failed, "signal", exit.signal.map { "ended by \(SignalName.of($0))" })
    case .wall: ending(.timeout, "wall")
    case .cancelled: ending(.cancelled, "cancelled")
    case .cpu: ending(.failed, "cpu", "used up its processor time")
    case .memory: ending(.failed, "memory", "went beyond its memory limit")
    case .output: ending(.failed, "output", "wrote more than it may")
    case .disk: ending(.failed, "disk", "went beyond its disk limit")
    case .lost:
      ending(.failed, "lost", "the process was lost from sight", isFaultOfHost: true)
    case .pluginCrash:
      ending(.failed, "plugin-crash", "the plugin crashed", isFaultOfHost: true)
    case .limit: ending(.failed, "limit", "went beyond a limit")
    }
  }

  /// A handler or the node itself said no.
  static func failed(_ failure: Failure) -> Ending {
    Ending(
      status: failure.code == .cancelled ? .cancelled : .failed, reason: failure.reason,
      message: failure.message,
      isFaultOfHost: [.unavailable, .internal, .full].contains(failure.code))
  }

  /// What no argument's own rules could show: there is no such program, this node does not run it, or
  /// the request was more than one can be given. Nothing ran, and nothing is to pay.
  static func refused(_ failure: Failure) -> Ending {
    var ending = failed(failure)
    ending.isFaultOfHost = true
    return ending
  }

  /// A handler that returned OK and ran no process.
  static let completed = Ending(status: .completed, reason: "ok", exitCode: 0)

  private static func seconds(_ milliseconds: UInt64) -> String {
    let (whole, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
    guard rest > 0 else { return String(whole) }
    var fraction = ""
    fraction.appendPadded(Int64(rest), 3)
    while fraction.hasSuffix("0") { fraction.removeLast() }
    return "\(whole).\(fraction)"
  }
}
