import OrienModel

/// Who may run now, who waits, and who is told to come back: slots of every tool and of all
/// together, and a queue that is bounded in all and for each owner.
///
/// Owners are served in turn, so that one with a thousand calls waiting delays another's single
/// one by a single call. Belongs to the loop.
struct Admission {
  struct Bounds: Sendable {
    var slots: Int
    var queued: Int
    var queuedPerOwner: Int
  }

  enum Entry: Equatable {
    case run, wait
    /// The queue is full, or this owner's part of it.
    case refuse(Failure)
  }

  private struct Waiter {
    var id: ExecutionID
    var order: UInt64
  }

  private struct Line {
    var byTool: [ToolID: [Waiter]] = [:]
    var count = 0
  }

  private let bounds: Bounds
  private var taken = 0
  private var takenByTool: [ToolID: Int] = [:]
  private var lines: [Owner: Line] = [:]
  /// The owners that wait, the one whose turn is next first.
  private var turns: [Owner] = []
  private var order: UInt64 = 0
  private(set) var waiting = 0

  init(bounds: Bounds) { self.bounds = bounds }

  var running: Int { taken }

  func running(of tool: ToolID) -> Int { takenByTool[tool] ?? 0 }

  /// Takes a slot, or a place in the queue, for a call of `tool` that has `slots` of its own.
  mutating func enter(_ id: ExecutionID, tool: ToolID, slots: Int, owner: Owner) -> Entry {
    // Who comes later does not pass those of its own owner who wait for the same tool.
    let mustQueue = lines[owner]?.byTool[tool] != nil
    if !mustQueue, hasSlot(tool, slots) {
      take(tool)
      return .run
    }
    let line = lines[owner] ?? Line()
    guard waiting < bounds.queued, line.count < bounds.queuedPerOwner else {
      return .refuse(Failure(.limited, "queue-full", refusal(line.count)))
    }
    order += 1
    lines[owner, default: Line()].byTool[tool, default: []].append(Waiter(id: id, order: order))
    lines[owner]?.count += 1
    if line.count == 0 { turns.append(owner) }
    waiting += 1
    return .wait
  }

  /// Gives a slot back.
  mutating func leave(tool: ToolID) {
    taken -= 1
    takenByTool[tool, default: 1] -= 1
    if takenByTool[tool] == 0 { takenByTool[tool] = nil }
    precondition(taken >= 0, "a slot was given back twice")
  }

  /// The next waiting call that can run now, its slot taken; nil where there is none.
  mutating func next(slots: (ToolID) -> Int) -> ExecutionID? {
    guard waiting > 0, taken < bounds.slots else { return nil }
    for index in turns.indices {
      let owner = turns[index]
      let tool = lines[owner]?.byTool
        .filter { hasSlot($0.key, slots($0.key)) }
        .min { $0.value[0].order < $1.value[0].order }?.key
      guard let tool, let id = lines[owner]?.byTool[tool]?.first?.id else { continue }
      remove(id, tool: tool, owner: owner)
      if lines[owner] != nil, let place = turns.firstIndex(of: owner) {
        turns.append(turns.remove(at: place))
      }
      take(tool)
      return id
    }
    return nil
  }

  /// Takes a call out of the queue; false where it does not wait.
  @discardableResult
  mutating func remove(_ id: ExecutionID, tool: ToolID, owner: Owner) -> Bool {
    guard var line = lines[owner], var waiters = line.byTool[tool],
      let index = waiters.firstIndex(where: { $0.id == id })
    else { return false }
    waiters.remove(at: index)
    line.byTool[tool] = waiters.isEmpty ? nil : waiters
    line.count -= 1
    waiting -= 1
    lines[owner] = line.count == 0 ? nil : line
    if line.count == 0 { turns.removeAll { $0 == owner } }
    return true
  }

  private func hasSlot(_ tool: ToolID, _ slots: Int) -> Bool {
    taken < bounds.slots && running(of: tool) < slots
  }

  private mutating func take(_ tool: ToolID) {
    taken += 1
    takenByTool[tool, default: 0] += 1
  }

  private func refusal(_ ofOwner: Int) -> String {
    ofOwner >= bounds.queuedPerOwner
      ? "\(ofOwner) of your calls wait already, the most for one owner (QUEUE_PER_OWNER)"
      : "\(waiting) calls wait already, the most that this node lets wait (QUEUE_LENGTH)"
  }
}
