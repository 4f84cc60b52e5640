package import OrienSystem

/// An answer of server-sent events. Belongs to the loop.
///
/// It has no queue worth the name: whoever feeds it reads its source while `isWritable` and goes on
/// at `onDrain`. A client that takes nothing for a while is cut by the server's bounds.
package final class EventStream {
  private let writer: HTTPBodyWriter
  private let loop: Loop
  private let heartbeat: Duration
  private var timer: Timer?

  /// Answers `exchange` with 200. A comment goes out whenever `heartbeat` passes, so that proxies
  /// keep the connection and a client that is gone is noticed.
  package init(_ exchange: HTTPExchange, on loop: Loop, heartbeat: Duration = .seconds(15)) {
    writer = exchange.stream(
      .ok, type: "text/event-stream", fields: [HTTPField("Cache-Control", "no-store")])
    self.loop = loop
    self.heartbeat = heartbeat
    writer.onDisconnect { [unowned writer] in writer.cut() }
    beat()
  }

  deinit { timer?.cancel() }

  package var isOpen: Bool { writer.isOpen }
  package var isWritable: Bool { writer.isWritable }

  /// Sends one event. Line ends in `data` become lines of the event; `id` and `name` must have
  /// none, or this traps.
  package func send(id: String? = nil, name: String? = nil, data: String) {
    var event: [UInt8] = []
    if let id { Self.append("id: ", id, to: &event) }
    if let name { Self.append("event: ", name, to: &event) }
    // Of the three line ends that clients know, CR LF is one character to Swift and one end here.
    for line in data.split(omittingEmptySubsequences: false, whereSeparator: \.isEventLineEnd) {
      event.append(contentsOf: "data: ".utf8)
      event.append(contentsOf: line.utf8)
      event.append(ASCII.lineFeed)
    }
    event.append(ASCII.lineFeed)
    writer.write(event)
  }

  package func finish() { writer.finish() }
  package func onDrain(_ body: @escaping () -> Void) { writer.onDrain(body) }
  package func onClose(_ body: @escaping () -> Void) { writer.onClose(body) }

  private func beat() {
    timer = loop.schedule(after: heartbeat) { [weak self] in
      guard let self, writer.isOpen else { return }
      writer.write(Array(": \n\n".utf8))
      beat()
    }
  }

  private static func append(_ label: String, _ value: String, to event: inout [UInt8]) {
    precondition(
      !value.contains(where: \.isEventLineEnd), "an event's id and name are of one line")
    event.append(contentsOf: label.utf8)
    event.append(contentsOf: value.utf8)
    event.append(ASCII.lineFeed)
  }
}

extension Character {
  fileprivate var isEventLineEnd: Bool { self == "\n" || self == "\r" || self == "\r\n" }
}
