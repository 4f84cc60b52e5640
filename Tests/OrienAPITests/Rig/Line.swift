import OrienSystem

@testable import OrienHTTP

/// A client's connection without a socket: bytes go in by hand, and what comes out is kept. The
/// client can stop reading, and go away.
final class Line: Transport {
  private(set) var connection: HTTPConnection!
  private let loop: Loop
  private var incoming: [UInt8] = []
  private var hasEnded = false
  private var wantsRead = true
  private var wantsWrite = false
  private(set) var output: [UInt8] = []
  private(set) var isClosed = false
  /// How much the client takes before it stops reading.
  private var window = Int.max

  init(_ service: HTTPService, listener: String, loop: Loop) {
    self.loop = loop
    connection = HTTPConnection(
      service, self, peer: NetworkAddress("127.0.0.1:50000")!,
      listener: NetworkAddress(listener)!)
    service.add(connection)
  }

  func send(_ bytes: some Sequence<UInt8>) {
    incoming.append(contentsOf: bytes)
    pump()
  }

  /// The node has read all that was sent.
  var isTaken: Bool { incoming.isEmpty }

  /// The client sends no more; mostly it is gone.
  func end() {
    hasEnded = true
    pump()
  }

  /// The connection is reset.
  func reset() {
    if !isClosed { connection.close() }
  }

  /// Takes `count` more bytes, and no more until it is asked again.
  func take(_ count: Int) {
    window = count
    if wantsWrite, !isClosed { connection.becameWritable() }
    pump()
  }

  private func pump() {
    while !isClosed, wantsRead, !incoming.isEmpty { connection.becameReadable() }
    if !isClosed, wantsRead, hasEnded, incoming.isEmpty { connection.becameReadable() }
  }

  // MARK: Transport

  var now: Instant { .now }

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

  func want(read: Bool, write: Bool) {
    let mayRead = read && !wantsRead
    (wantsRead, wantsWrite) = (read, write)
    // A paused body goes on as a socket would: by being told again.
    if mayRead, !incoming.isEmpty || hasEnded { loop.soon { [self] in pump() } }
  }

  var unacknowledgedBytes: Int { 0 }
  func wake(at deadline: Instant?) {}
  func finishSending() {}
  func close() {
    isClosed = true
    connection = nil
  }
}

extension Array where Element == UInt8 {
  fileprivate init(_ span: Span<UInt8>) { self = span.withUnsafeBufferPointer { Array($0) } }
}
