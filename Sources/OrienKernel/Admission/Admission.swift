import OrienModel

/// Who may run now, who waits, and who is told to come back: slots of every tool, of every plugin
/// and of all together, and a queue that is bounded in all and for each owner.
///
/// Owners are served in turn, so that one with a thousand calls waiting delays another's single
/// one by a single call. Belongs to the loop.
struct Admission {
  struct Bounds: Sendable {
    var slots: Int
    var queued: Int
    var queuedPerOwner: Int
  }

  /// What a tool's calls may take: slots of its own, and of those that it shares with the other
  /// tools of its plugin.
  struct Room: Sendable {
    var slots: Int
    var plugin: String
    var pluginSlots: Int
  }

  enum Entry: Equatable {
    case run, wait
    /// The queue is full, or this owner's part of it.
    case refuse(Failure)
  }

  /// Of one owner, never empty.
  private struct Line {
    var byTool: [ToolID: WaitingLine] = [:]
    var count = 0
  }

  /// Slots that are taken of one tool, and of the plugin that it shares them with. Kept for good, so
  /// that each call looks one up and no more.
  private final class Taken {
    var count = 0
    let ofPlugin: TakenOfPlugin

    init(of plugin: TakenOfPlugin) { ofPlugin = plugin }
  }

  private final class TakenOfPlugin {
    var count = 0
  }

  /// A tool of another plugin is another, whatever its id.
  private struct Place: Hashable {
    let tool: ToolID
    let plugin: String
  }

  private let bounds: Bounds
  private var taken = 0
  private var takenByTool: [Place: Taken] = [:]
  private var takenByPlugin: [String: TakenOfPlugin] = [:]
  private var lines: [Owner: Line] = [:]
  /// The owners that wait, the one whose turn is next first.
  private var turns: [Owner] = []
  private var order: UInt64 = 0
  private(set) var waiting = 0

  init(bounds: Bounds) { self.bounds = bounds }

  var running: Int { taken }

  /// Takes a slot, or a place in the queue, for a call of `tool`.
  mutating func enter(_ id: ExecutionID, tool: ToolID, _ room: Room, owner: Owner) -> Entry {
    // Who comes later does not pass those of its own owner who wait for the same tool.
    let mustQueue = lines[owner]?.byTool[tool] != nil
    if !mustQueue, take(tool, room) { return .run }
    let before = lines[owner]?.count ?? 0
    guard waiting < bounds.queued, before < bounds.queuedPerOwner else {
      return .refuse(Failure(.limited, "queue-full", refusal(before)))
    }
    order += 1
    lines[owner, default: Line()].byTool[tool, default: WaitingLine()].append(id, order)
    lines[owner]?.count += 1
    if before == 0 { turns.append(owner) }
    waiting += 1
    return .wait
  }

  /// Gives a slot back.
  mutating func leave(tool: ToolID, of plugin: String) {
    guard let ofTool = takenByTool[Place(tool: tool, plugin: plugin)], ofTool.count > 0 else {
      preconditionFailure("a slot was given back twice")
    }
    taken -= 1
    ofTool.count -= 1
    ofTool.ofPlugin.count -= 1
  }

  /// The next waiting call that can run now, its slot taken; nil where there is none. `room` says
  /// what a call that waits may take.
  mutating func next(room: (ExecutionID) -> Room) -> ExecutionID? {
    guard waiting > 0, taken < bounds.slots else { return nil }
    for owner in turns {
      guard let (id, tool, room) = first(of: owner, room: room) else { continue }
      remove(id, tool: tool, owner: owner)
      if lines[owner] != nil, let place = turns.firstIndex(of: owner) {
        turns.append(turns.remove(at: place))
      }
      guard take(tool, room) else { preconditionFailure("who is taken out has a slot") }
      return id
    }
    return nil
  }

  /// Who of an owner's calls that can run now has waited longest.
  private mutating func first(
    of owner: Owner, room: (ExecutionID) -> Room
  ) -> (ExecutionID, ToolID, Room)? {
    var found: (id: ExecutionID, tool: ToolID, room: Room, order: UInt64)?
    for (tool, waiters) in lines[owner]?.byTool ?? [:] {
      guard let first = waiters.first, first.order < found?.order ?? .max else { continue }
      let room = room(first.id)
      guard hasSlot(taken(of: tool, room.plugin), room) else { continue }
      found = (first.id, tool, room, first.order)
    }
    return found.map { ($0.id, $0.tool, $0.room) }
  }

  /// Takes a call out of the queue; false where it does not wait.
  @discardableResult
  mutating func remove(_ id: ExecutionID, tool: ToolID, owner: Owner) -> Bool {
    guard lines[owner]?.byTool[tool]?.remove(id) == true else { return false }
    waiting -= 1
    lines[owner]?.count -= 1
    if lines[owner]?.byTool[tool]?.isEmpty == true { lines[owner]?.byTool[tool] = nil }
    if lines[owner]?.count == 0 {
      lines[owner] = nil
      turns.removeAll { $0 == owner }
    }
    return true
  }

  private func hasSlot(_ ofTool: Taken, _ room: Room) -> Bool {
    taken < bounds.slots && ofTool.count < room.slots && ofTool.ofPlugin.count < room.pluginSlots
  }

  /// False where there is no slot.
  private mutating func take(_ tool: ToolID, _ room: Room) -> Bool {
    let ofTool = taken(of: tool, room.plugin)
    guard hasSlot(ofTool, room) else { return false }
    taken += 1
    ofTool.count += 1
    ofTool.ofPlugin.count += 1
    return true
  }

  private mutating func taken(of tool: ToolID, _ plugin: String) -> Taken {
    let place = Place(tool: tool, plugin: plugin)
    if let ofTool = takenByTool[place] { return ofTool }
    let ofPlugin = takenByPlugin[plugin] ?? TakenOfPlugin()
    takenByPlugin[plugin] = ofPlugin
    let ofTool = Taken(of: ofPlugin)
    takenByTool[place] = ofTool
    return ofTool
  }

  private func refusal(_ ofOwner: Int) -> String {
    ofOwner >= bounds.queuedPerOwner
      ? "\(ofOwner) of your calls wait already, the most for one owner (QUEUE_LENGTH_PER_OWNER)"
      : "\(waiting) calls wait already, the most that this node lets wait (QUEUE_LENGTH)"
  }
}
