import OrienModel

/// One tool of a node as people read it: what it takes, may use and costs.
struct ToolDescription {
  /// As `GET /tools/{toolId}` tells it. Another's words: nothing of it reaches a terminal raw.
  let tool: JSON

  func text(_ style: Style) -> String {
    let head = [
      style.bold(tool["id"].plain.printable) + ": " + tool["name"].plain.printable,
      tool["description"].plain.split(separator: "\n", omittingEmptySubsequences: false)
        .map { String($0).printable }.joined(separator: "\n"),
    ]
    let unavailable = tool["available"]?.bool == false ? tool["unavailableReason"].plain : nil
    let rest = [
      ("at most", limits), ("price", price), ("example", tool["example"].plain),
      ("not available", unavailable ?? ""),
    ].filter { !$0.1.isEmpty }.map { "\($0.0): \($0.1.printable)" }
    return (head + ["", arguments(style)] + rest).joined(separator: "\n") + "\n"
  }

  private func arguments(_ style: Style) -> String {
    let arguments = tool["args"]?.array ?? []
    guard !arguments.isEmpty else { return "It takes no arguments.\n" }
    var table = TextTable("ARGUMENT", "TYPE", "REQUIRED", "DEFAULT", "WHAT FOR")
    for argument in arguments {
      let name = argument["name"].plain
      // Here a text keeps its quotes: without them an empty one would not be seen.
      let fallback = tool["inputSchema"]?["properties"]?[name]?["default"]
      table.add(
        name, argument["type"].plain, argument["required"]?.bool == true ? "yes" : "no",
        fallback.map { String(decoding: $0.compact, as: UTF8.self) } ?? "",
        argument["description"].plain)
    }
    return table.text(style)
  }

  private var limits: String {
    let limits = tool["resourceLimits"]
    let parts = [
      (tool["maxDurationSeconds"], "s"), (limits?["maxCpu"], "% of a processor"),
      (limits?["maxMemory"], "MiB of memory"), (limits?["maxDiskWrite"], "MiB on the disk"),
    ]
    return parts.compactMap { value, unit in
      value.map { $0.plain + (unit.hasPrefix("%") ? "" : " ") + unit }
    }.joined(separator: ", ")
  }

  private var price: String {
    let price = tool["price"]
    let currency = price?["currency"].plain ?? ""
    let named = [
      ("perCall", "a call"), ("perCpuSecond", "a second of a processor"),
      ("perGibSecond", "a second of a GiB of memory"),
    ].map { (price?[$0.0], $0.1) }
    let units = (price?["perUnit"]?.members ?? []).map { unit in
      (Swift.Optional(unit.value), "a \(unit.name)")
    }
    let parts = (named + units).compactMap { value, what -> String? in
      guard let amount = value?.uint64, amount > 0 else { return nil }
      return "\(Price.shown(amount)) \(currency) \(what)"
    }
    return price == nil ? "" : parts.isEmpty ? "none" : parts.joined(separator: ", ")
  }
}
