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
  private(set) var arguments: CallArguments
  let workspace: WorkspaceLease
  let output: OutputLog
  let errors: OutputLog
  private(set) var events = EventLog()
  var phase = Phase.accepting {
    didSet { if case .final = phase { letGoOfArguments() } }
  }
  var runningAt: Timestamp?
  /// Somebody ended it before it could begin.
  var stopsAtStart: Ending.Cause?
  private var observers: [UInt64: () -> Void] = [:]
  private var lastObserver: UInt64 = 0

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
    case final(FinalRecord, ReceiptReference)
  }

  init(
    _ acceptance: Acceptance, tool: Tool, arguments: CallArguments, workspace: WorkspaceLease,
    output: OutputLog, errors: OutputLog
  ) {
    self.acceptance = acceptance
    self.tool = tool
    self.arguments = arguments
    self.workspace = workspace
    self.output = output
    self.errors = errors
    runningAt = acceptance.runningAt
  }

  var id: ExecutionID { acceptance.id }

  /// As others see it: an end that the ledger has not committed is not one yet.
  var status: Status {
    switch phase {
    case .accepting, .queued, .starting: .pending
    case .running, .settling: .running
    case .final(let record, _): record.status
    }
  }

  /// Others may know of it: the ledger has it.
  var isVisible: Bool { if case .accepting = phase { false } else { true } }

  /// What it holds in memory once it is over, roughly.
  var bytes: Int { 2048 + output.head.count + errors.head.count + events.bytes }

  /// A finished execution is kept for who asks, and nobody asks for its arguments: what callers
  /// send must not stay in memory uncounted.
  private func letGoOfArguments() {
    arguments = .values([])
    acceptance.arguments = []
    acceptance.idempotency = nil
  }

  func note(event object: [UInt8]) {
    events.append(object)
    tellObservers()
  }

  // MARK: Observers

  /// Calls `body` after every change until the number that this answers is forgotten.
  func observe(_ body: @escaping () -> Void) -> UInt64 {
    lastObserver += 1
    observers[lastObserver] = body
    return lastObserver
  }

  func forgetObserver(_ number: UInt64) { observers[number] = nil }

  func tellObservers() {
    guard !observers.isEmpty else { return }
    for body in Array(observers.values) { body() }
  }
}

/// The objects that a handler tells who watches: the last few, each with its number, so that who
/// comes back goes on where it was.
package struct EventLog: Sendable {
  private static let bound = 256 << 10
  private(set) var bytes = 0
  private var objects: [[UInt8]] = []
  private var forgotten = 0

  mutating func append(_ object: [UInt8]) {
    objects.append(object)
    bytes += object.count
    while bytes > Self.bound {
      bytes -= objects.removeFirst().count
      forgotten += 1
    }
  }

  /// How many there ever were.
  package var count: Int { forgotten + objects.count }

  /// Those from number `start` on that are still there.
  package func from(_ start: Int) -> ArraySlice<[UInt8]> {
    objects.dropFirst(max(0, start - forgotten))
  }

  /// The number of the first object from `start` on that is still there.
  package func number(of start: Int) -> Int { max(start, forgotten) }
}
