import OrienModel

/// Takes a chunked body out of its chunks, from bytes that come in any pieces.
///
/// Pure and bounded: a chunk that would not fit is refused when its size is read, and what is not
/// body (extensions and trailers, which are passed over) may be `slackBytes` in all.
struct ChunkedDecoder {
  private enum State {
    case size(digits: Int, value: Int)
    case fieldEnd(remaining: Int)
    case `extension`(remaining: Int)
    case data(remaining: Int)
    case dataCarriageReturn
    case dataLineFeed
    case trailerStart
    case trailer
    case trailerLineFeed
    case lastLineFeed
    case done
  }

  private var state = State.size(digits: 0, value: 0)
  private var slackBytes = 8 << 10
  /// The sizes of all chunks so far.
  private var promisedBytes = 0

  var isDone: Bool { if case .done = state { true } else { false } }

  /// Appends to `body` what `bytes` carry of it, which may be `limitBytes` in all. Gives back how
  /// many of `bytes` belong to the message: all of them until it is done.
  mutating func decode(
    _ bytes: Span<UInt8>, into body: inout [UInt8], atMost limitBytes: Int
  ) throws(Refusal) -> Int {
    var index = 0
    while index < bytes.count {
      if case .data(let remaining) = state {
        let count = min(remaining, bytes.count - index)
        bytes.extracting(index..<index + count).withUnsafeBufferPointer {
          body.append(contentsOf: $0)
        }
        index += count
        state = count < remaining ? .data(remaining: remaining - count) : .dataCarriageReturn
        continue
      }
      if isDone { return index }
      try take(bytes[index], limitBytes)
      index += 1
    }
    return index
  }

  private mutating func take(_ byte: UInt8, _ limitBytes: Int) throws(Refusal) {
    switch state {
    case .size(let digits, let value):
      if let digit = byte.hexValue {
        guard digits < 15 else { throw Self.badSize }
        state = .size(digits: digits + 1, value: value << 4 | Int(digit))
      } else {
        guard digits > 0 else { throw Self.badSize }
        switch byte {
        case ASCII.carriageReturn: state = .fieldEnd(remaining: value)
        case UInt8(ascii: ";"): state = .extension(remaining: value)
        default: throw Self.badSize
        }
      }
    case .extension(let remaining):
      if byte == ASCII.carriageReturn {
        state = .fieldEnd(remaining: remaining)
      } else {
        try pass(byte)
      }
    case .fieldEnd(let remaining):
      guard byte == ASCII.lineFeed else { throw Self.badLine }
      guard remaining <= limitBytes - promisedBytes else { throw .bodyTooLarge(limitBytes) }
      promisedBytes += remaining
      state = remaining > 0 ? .data(remaining: remaining) : .trailerStart
    case .dataCarriageReturn:
      guard byte == ASCII.carriageReturn else { throw Self.badLine }
      state = .dataLineFeed
    case .dataLineFeed:
      guard byte == ASCII.lineFeed else { throw Self.badLine }
      state = .size(digits: 0, value: 0)
    case .trailerStart, .trailer:
      if byte == ASCII.carriageReturn {
        if case .trailerStart = state { state = .lastLineFeed } else { state = .trailerLineFeed }
      } else {
        try pass(byte)
        state = .trailer
      }
    case .trailerLineFeed:
      guard byte == ASCII.lineFeed else { throw Self.badLine }
      state = .trailerStart
    case .lastLineFeed:
      guard byte == ASCII.lineFeed else { throw Self.badLine }
      state = .done
    case .data, .done:
      preconditionFailure("data is taken in bulk, and nothing behind the end")
    }
  }

  /// Passes over a byte of an extension or a trailer.
  private mutating func pass(_ byte: UInt8) throws(Refusal) {
    guard byte >= ASCII.space && byte != ASCII.delete || byte == ASCII.tab else {
      throw Self.badLine
    }
    guard slackBytes > 0 else {
      throw Refusal(
        .contentTooLarge, "body-too-large", "the body's chunk extensions or trailers are too long")
    }
    slackBytes -= 1
  }

  private static let badSize = Refusal.malformed(
    "a chunk must begin with its size: 1 to 15 hexadecimal digits, then CR LF")
  private static let badLine = Refusal.malformed(
    "each chunk and each of its lines must end in CR LF")
}
