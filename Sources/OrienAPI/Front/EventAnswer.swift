import OrienHTTP
import OrienModel
import OrienSystem

/// An answer of server-sent events with its place among the open streams: what all have in common
/// who follow something. Belongs to the loop.
///
/// Letting go of it before `finish` ends the connection: the client is to come back.
final class EventAnswer {
  private let stream: EventStream
  private let open: OpenStream

  init(_ api: API, _ inquiry: Inquiry, _ open: OpenStream) {
    stream = EventStream(inquiry.exchange, on: api.loop, heartbeat: api.heartbeat)
    self.open = open
  }

  /// Calls `goOn` whenever the client takes more, and `end` once when it is gone. They are held
  /// until the answer ends, and hold whoever feeds it.
  func onChange(goOn: @escaping () -> Void, end: @escaping () -> Void) {
    stream.onDrain(goOn)
    stream.onClose(end)
  }

  var isWritable: Bool { stream.isWritable }

  func send(id: String, name: String, _ data: [UInt8]) {
    stream.send(id: id, name: name, data: String(decoding: data, as: UTF8.self))
  }

  func finish() { stream.finish() }
}
