import OrienSystem

/// What came from the client and has not been used yet.
///
/// Requests share its bytes: where one is kept, the next write here makes a copy first, and where
/// none is, which is the rule, nothing is copied.
struct InputBuffer {
  private(set) var bytes: [UInt8] = []
  private(set) var start = 0
  private(set) var end = 0

  static let usualBytes = 2 << 10

  var count: Int { end - start }
  var isEmpty: Bool { start == end }
  var hasRoom: Bool { end < bytes.count || start > 0 || bytes.isEmpty }

  mutating func consume(_ count: Int) {
    start += count
    precondition(start <= end, "no more is used than came")
    if start == end { (start, end) = (0, 0) }
  }

  /// Reads from the transport what fits, and makes room for `room` bytes in all before.
  mutating func fill(from transport: any Transport, room: Int) -> Socket.Received {
    if end == bytes.count || bytes.count < room { makeRoom(room) }
    let received = transport.receive(into: &bytes, from: end)
    if case .bytes(let count) = received { end += count }
    return received
  }

  /// Gives back what a large message needed.
  mutating func shrink() {
    if isEmpty && bytes.count > Self.usualBytes { bytes = [] }
  }

  private mutating func makeRoom(_ room: Int) {
    let capacity = max(room, bytes.count)
    var roomy: [UInt8] = []
    roomy.reserveCapacity(capacity)
    roomy.append(contentsOf: bytes[start..<end])
    roomy.append(contentsOf: repeatElement(0, count: capacity - count))
    bytes = roomy
    (start, end) = (0, count)
  }
}
