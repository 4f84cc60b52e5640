import OrienLedger
import OrienModel
import OrienPlugins
import OrienSystem

/// One operation on its way, from when it is asked for until it is answered. Belongs to the loop.
final class Order {
  let id: String
  let role: String
  let operation: RoleOperation
  let checked: CheckedArguments
  let due: Instant
  let answer: (Result<JSON, Failure>) -> Void
  /// Ends its waiting.
  var timer: Timer?
  /// Once it has begun.
  var backend: Backend?
  /// What keeps the backend open.
  var use: PluginUse?
  /// Once it runs.
  var run: OperationRun?

  init(
    _ operation: RoleOperation, of role: String, _ checked: CheckedArguments, due: Instant,
    answer: @escaping (Result<JSON, Failure>) -> Void
  ) {
    id = "op-" + String(hex: Random.bytes(16))
    self.operation = operation
    self.role = role
    self.checked = checked
    self.due = due
    self.answer = answer
  }

  /// What the ledger is told before the backend is.
  func intent(_ backend: Backend) -> OperationIntent {
    OperationIntent(
      id: id, role: role, operation: operation.name, plugin: backend.plugin.id,
      arguments: checked.stored, begunAt: .now)
  }
}

/// The operations of one backend: those that wait, and how many run. One that closes something waits
/// for none that does not: of the places that there are, one is never an ordinary one's.
struct Lanes {
  private(set) var waiting: [Order] = []
  private var ordinary = 0
  private var closing = 0
  /// Its plugin is being replaced: nothing begins meanwhile.
  var isHeld = false

  var running: Int { ordinary + closing }

  mutating func add(_ order: Order) { waiting.append(order) }

  /// False where it waits no more.
  mutating func remove(_ order: Order) -> Bool {
    guard let place = waiting.firstIndex(where: { $0 === order }) else { return false }
    waiting.remove(at: place)
    return true
  }

  mutating func takeAll() -> [Order] {
    defer { waiting = [] }
    return waiting
  }

  /// The next that is to begin now; its place is taken. Of those that wait the ones that close go
  /// first.
  mutating func next(of backend: (Order) -> Backend?) -> Order? {
    guard !isHeld else { return nil }
    for lane in [RoleOperation.Lane.closing, .ordinary] {
      let next = waiting.firstIndex { order in
        guard order.operation.lane == lane, let backend = backend(order) else { return false }
        return running < backend.plugin.concurrency
          && (lane == .closing || ordinary < backend.ordinarySlots)
      }
      guard let next else { continue }
      if lane == .closing { closing += 1 } else { ordinary += 1 }
      return waiting.remove(at: next)
    }
    return nil
  }

  mutating func leave(_ lane: RoleOperation.Lane) {
    switch lane {
    case .ordinary: ordinary -= 1
    case .closing: closing -= 1
    }
  }
}
