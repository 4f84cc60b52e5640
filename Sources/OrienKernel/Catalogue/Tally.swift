package import OrienModel

/// What became of a tool's calls, or of all calls of a plugin, since the node started: those that
/// began and are over. Belongs to the loop.
package final class Tally {
  package private(set) var calls: UInt64 = 0
  /// Those that failed or ran out of time; who cancels one says nothing against the tool.
  package private(set) var failures: UInt64 = 0
  package private(set) var wallMicroseconds: UInt64 = 0
  package private(set) var last: Last?

  /// The call that ended last.
  package struct Last {
    package let endedAt: Timestamp
    package let wallMicroseconds: UInt64
  }

  func note(_ record: FinalRecord) {
    guard record.runningAt != nil else { return }
    calls += 1
    if record.status == .failed || record.status == .timeout { failures += 1 }
    wallMicroseconds = wallMicroseconds.saturatingAdd(record.runningMicroseconds)
    last = Last(endedAt: record.completedAt, wallMicroseconds: record.runningMicroseconds)
  }
}

/// The tallies of all plugins that this node ever served, by the plugins' ids: a plugin that was
/// replaced goes on with its own. Belongs to the loop.
final class Tallies {
  private var plugins: [String: Tally] = [:]
  private var tools: [String: [ToolID: Tally]] = [:]

  func tally(ofPlugin id: String) -> Tally {
    if let tally = plugins[id] { return tally }
    let tally = Tally()
    plugins[id] = tally
    return tally
  }

  func tally(of tool: ToolID, ofPlugin id: String) -> Tally {
    if let tally = tools[id]?[tool] { return tally }
    let tally = Tally()
    tools[id, default: [:]][tool] = tally
    return tally
  }
}
