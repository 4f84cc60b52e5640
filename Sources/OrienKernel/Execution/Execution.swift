import OrienLedger
import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem

/// An accepted execution in the node's memory, from its acceptance until it is forgotten here; the
/// ledger keeps it longer. Belongs to the loop.
final class Execution {
  /// What was decided when it was accepted.
  private(set) var acceptance: Acceptance
  let tool: Tool
  /// Until it is over.
  private var use: PluginUse?
  /// Until it begins.
  private var arguments: CallArguments?
  let workspace: WorkspaceLease
  /// What it may use: the tool's limits, and what its caller has lowered them to.
  let granted: Limits
  /// What lay in its workspace when it began, where its artifacts are asked for; and these.
  var before: WorkspaceSnapshot?
  var artifacts: Artifacts?
  let output: OutputLog
  let errors: OutputLog
  private(set) var events = EventLog()
  var phase = Phase.accepting {
    didSet {
      guard isOver else { return }
      arguments = nil
      use = nil
    }
  }
  var runningAt: Timestamp?
  /// Somebody ended it before it could begin.
  var stopsAtStart: Ending.Cause?
  let observers = Observers()

  enum Phase {
    /// Nobody has heard of it: the ledger has yet to say that it is kept.
    case accepting
    /// It waits for a slot, until the timer says that it has waited too long.
    case queued(Timer)
    /// It has its slot; that it runs is on its way into the ledger.
    case starting
    case running(Run)
    /// It is over, and its final record is on its way into the ledger.
    case settling
    case final(Settled)
    /// It waited when this node went down, and is the next one's.
    case left
  }

  init(
    _ acceptance: Acceptance, tool: Tool, use: PluginUse, arguments: CallArguments,
    workspace: WorkspaceLease,
    output: OutputLog, errors: OutputLog
  ) {
    self.acceptance = acceptance
    self.tool = tool
    self.use = use
    self.arguments = arguments
    self.workspace = workspace
    let lowered = acceptance.terms.limits
    granted = lowered == Limits() ? tool.granted : tool.granted.least(lowered)
    self.output = output
    self.errors = errors
    runningAt = acceptance.runningAt
    output.execution = self
    errors.execution = self
  }

  var id: ExecutionID { acceptance.id }

  /// As others see it: an end that the ledger has not committed is not one yet.
  var status: Status {
    switch phase {
    case .accepting, .queued, .starting, .left: .pending
    case .running: .running
    case .settling: runningAt == nil ? .pending : .running
    case .final(let settled): settled.record.status
    }
  }

  /// Others may know of it: the ledger has it.
  var isVisible: Bool { if case .accepting = phase { false } else { true } }

  /// Nothing more comes of it in this node.
  var isOver: Bool { if case .left = phase { true } else { status.isFinal } }

  /// The ledger has what it was accepted with, which may be large and is not needed twice.
  func isKept() {
    acceptance.arguments = []
    acceptance.idempotency = nil
  }

  func takeArguments() -> CallArguments {
    guard let arguments = arguments.take() else { preconditionFailure("an execution begins once") }
    return arguments
  }

  /// What it holds in memory once it is over, roughly: with the room that has been taken for what
  /// never came.
  var bytes: Int {
    var bytes = 2048 + output.head.capacity + errors.head.capacity + events.bytes
    if case .final(let settled) = phase {
      bytes +=
        (settled.record.facts?.capacity ?? 0)
        + (settled.record.artifacts?.capacity ?? 0) + (settled.record.message?.utf8.count ?? 0)
    }
    return bytes
  }

  func note(event object: [UInt8]) {
    events.append(object)
    tellObservers()
  }

  func tellObservers() { observers.tell() }
}
