public import OrienKit

/// A backend of the tests' role echo/1 in Swift, beside the one in C of `Tests/Fixtures/backend.c`.
private let plugin = Plugin(id: "test.backend.swift", version: "1.0.0", concurrency: 2) {
  Handler.operation(
    "say", of: "echo/1", "Says a text.", units: ["word"],
    .text("text", "What"), .integer("times", "How often", default: 1)
  ) { call, text, times in
    try call.meter("word", UInt64(times))
    return [
      "said": .string(String(repeating: text, count: times)),
      "session": .bool(call.session != nil || call.workspace != nil),
    ]
  }
  Handler.operation(
    "keep", of: "echo/1", "Keeps something.",
    .text("name", "Under what"), .text("how", "In what way", default: "well")
  ) { call, name, how in
    switch how {
    case "conflict": throw Failure(.conflict, "it is kept already", reason: "kept-already")
    case "unlisted": throw Failure(.denied, "not today")
    default: return ["key": .string(call.id)]
    }
  }
  Handler.operation(
    "forget", of: "echo/1", "Forgets something.", .text("name", "What")
  ) { call, name in
    if name == "nothing" {
      throw Failure(.notFound, "nothing of that name is kept", reason: "not-kept")
    }
    return [:]
  }
}

@c @implementation
public func orien_plugin_v1() -> UnsafePointer<orien_plugin>? { plugin.table }
