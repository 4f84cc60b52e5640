import OrienModel

/// The plugins as they are, and then what changes among them for as long as the node runs. One
/// thread.
final class PluginNews {
  private let invocation: Invocation
  private let node: NodeClient
  private var line: [UInt8] = []
  /// Of the event that is being read.
  private var name = ""

  init(_ invocation: Invocation, _ node: NodeClient) {
    self.invocation = invocation
    self.node = node
  }

  func follow() throws(Failure) {
    try node.stream(Paths.news, accept: "text/event-stream") { [self] bytes throws(Failure) in
      for byte in bytes {
        guard byte == UInt8(ascii: "\n") else {
          line.append(byte)
          continue
        }
        try take(String(decoding: line, as: UTF8.self))
        line = []
      }
      return true
    }
  }

  /// A line of an event, as the node writes them.
  private func take(_ text: String) throws(Failure) {
    if text.hasPrefix("event: ") { name = String(text.dropFirst(7)) }
    guard text.hasPrefix("data: ") else { return }
    let data = try JSON(parsing: String(text.dropFirst(6)))
    switch name {
    // What there is by now is not told by the events that follow.
    case "begin": try tellAll()
    case "catalogue": try tell(data)
    default: break
    }
  }

  private func tellAll() throws(Failure) {
    let client = try invocation.node()
    try invocation.show(plugins: client.json("GET", Paths.plugins))
  }

  private func tell(_ news: JSON) throws(Failure) {
    if try invocation.answered(news) { return }
    for list in ["added", "changed", "removed", "refused", "states"] {
      for plugin in news[list]?.array ?? [] {
        let what = list == "states" ? plugin["state"].plain : list
        let reason = plugin["reason"].plain
        try invocation.console.line(
          "\(plugin["file"].plain): \(what)\(reason.isEmpty ? "" : ": \(reason)")".printable)
      }
    }
  }
}
