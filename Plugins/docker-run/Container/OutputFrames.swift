/// What a container writes as an engine tells it: frames of 8 bytes and what they announce. One may
/// come in any number of pieces.
struct OutputFrames {
  enum Stream: UInt8 {
    case output = 1
    case errors = 2
  }

  private var header: [UInt8] = []
  private var stream: Stream?
  private var remaining = 0

  /// Hands on what the bytes have, in its order.
  mutating func take<E: Error>(
    _ bytes: [UInt8], _ body: (Stream, [UInt8]) throws(E) -> Void
  ) throws(E) {
    var rest = bytes[...]
    while !rest.isEmpty {
      if remaining == 0 {
        let part = rest.prefix(8 - header.count)
        header += part
        rest = rest.dropFirst(part.count)
        guard header.count == 8 else { return }
        stream = Stream(rawValue: header[0])
        remaining = header[4...].reduce(0) { $0 << 8 | Int($1) }
        header = []
      } else {
        let part = rest.prefix(remaining)
        remaining -= part.count
        rest = rest.dropFirst(part.count)
        if let stream { try body(stream, Array(part)) }
      }
    }
  }
}
