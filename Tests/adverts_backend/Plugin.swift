public import OrienKit
internal import Synchronization

/// A backend of advertise/1 that only remembers, and says what it has heard as the id of the next. Country
/// NO is refused.
private let plugin = Plugin(
  id: "test.backend.adverts", version: "1.0.0", concurrency: 2,
  settings: .text("unused", "Nothing", default: ""), open: { _, _ in Board() }
) {
  Handler.operation("probe", of: "advertise/1", "Says whether it can.") { _, _ in
    ["engine": "memory", "available": true]
  }
  Handler.operation(
    "publish", of: "advertise/1", "Keeps one.", .text("provider_id", "Whose"),
    .text("country", "Where"), .integer("cpu", "Of what is left"),
    .text("usd_per_core_month", "What one costs")
  ) { (call, board: Board, provider, country, cpu, price) in
    if country == "NO" { throw Failure(.denied, "not there", reason: "not-there") }
    let before = board.adverts.withLock { adverts in
      defer { adverts[provider] = "\(country) \(cpu) \(price)" }
      return adverts[provider]
    }
    return ["id": .string(before ?? "first")]
  }
  Handler.operation(
    "withdraw", of: "advertise/1", "Forgets one.", .text("provider_id", "Whose")
  ) { (call, board: Board, provider) in
    ["existed": .bool(board.adverts.withLock { $0.removeValue(forKey: provider) != nil })]
  }
}

private final class Board: Sendable {
  let adverts = Mutex<[String: String]>([:])
}

@c @implementation
public func orien_plugin_v1() -> UnsafePointer<orien_plugin>? { plugin.table }
