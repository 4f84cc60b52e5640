import OrienSystem

@testable import OrienHTTP

/// A connection without a socket: bytes go in by hand, time passes by hand, and what comes out is
/// kept.
final class Wire: Transport {
  let handler: SampleHandler
  private(set) var service: HTTPService!
  private(set) var connection: HTTPConnection!
  private var incoming: [UInt8] = []
  private var hasEnded = false
  private(set) var output: [UInt8] = []
  private(set) var isSendingFinished = false
  private(set) var isClosed = false
  private(set) var deadline: Instant?
  private(set) var wantsRead = true
  private(set) var wantsWrite = false
  /// How much the client takes before it stops reading.
  var window = Int.max
  /// What lies between the two in buffers of the kernel.
  var unacknowledgedBytes = 0
  var now = Instant(nanoseconds: 1_000_000_000)

  /// `other`: the wire of another client of the same server.
  init(
    _ limits: HTTPLimits = HTTPLimits(), origins: OriginPolicy = OriginPolicy(),
    listener: String = "127.0.0.1:4000", handler: SampleHandler = SampleHandler(),
    from peer: String = "127.0.0.1:50000", beside other: Wire? = nil
  ) {
    self.handler = other?.handler ?? handler
    service =
      other?.service
      ?? HTTPService(
        handler: handler, limits: limits, origins: origins, errorBody: SampleHandler.errorBody)
    connection = HTTPConnection(
      service, self, peer: NetworkAddress(peer)!,
      listener: NetworkAddress(listener)!)
    service.add(connection)
  }

  /// Whether the client would find that the server has said its last.
  var isOver: Bool { isClosed || isSendingFinished }

  func feed(_ bytes: [UInt8]) {
    incoming.append(contentsOf: bytes)
    pump()
  }

  func feed(_ text: String) { feed(Array(text.utf8)) }

  /// The client says that it sends no more.
  func end() {
    hasEnded = true
    pump()
  }

  private func pump() {
    while !isClosed, wantsRead, !incoming.isEmpty { connection.becameReadable() }
    if !isClosed, wantsRead, hasEnded, incoming.isEmpty { connection.becameReadable() }
  }

  func drain(_ count: Int) {
    window = count
    if wantsWrite { connection.becameWritable() }
    pump()
  }

  /// Lets time pass, deadlines and all.
  func pass(_ duration: Duration) {
    now = now + duration
    if let deadline, deadline <= now, !isClosed { connection.deadlinePassed() }
  }

  var responses: [Response] { Response.all(in: output) }

  // MARK: Transport

  func receive(into buffer: inout [UInt8], from start: Int) -> Socket.Received {
    guard !incoming.isEmpty else { return hasEnded ? .end : .nothing }
    let count = min(incoming.count, buffer.count - start)
    buffer.replaceSubrange(start..<start + count, with: incoming.prefix(count))
    incoming.removeFirst(count)
    return .bytes(count)
  }

  func send(_ a: Span<UInt8>, _ b: Span<UInt8>, _ c: Span<UInt8>) -> Int? {
    var sent = 0
    for part in [Array(a), Array(b), Array(c)] {
      let taken = part.prefix(window)
      output.append(contentsOf: taken)
      sent += taken.count
      if window != .max { window -= taken.count }
      if taken.count < part.count { break }
    }
    return sent
  }

  func want(read: Bool, write: Bool) { (wantsRead, wantsWrite) = (read, write) }
  func wake(at deadline: Instant?) { self.deadline = deadline }
  func finishSending() { isSendingFinished = true }

  func close() {
    precondition(!isClosed, "a transport is closed once")
    isClosed = true
  }
}

extension Array where Element == UInt8 {
  fileprivate init(_ span: Span<UInt8>) { self = span.withUnsafeBufferPointer { Array($0) } }
}
