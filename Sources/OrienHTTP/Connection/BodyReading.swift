import OrienSystem

/// A body on its way to whoever asked for it.
final class BodyReading {
  private(set) var decoder: BodyDecoder
  let receiver: BodyReceiver
  private let limitBytes: Int
  /// What a collected body has so far.
  private(set) var collected: [UInt8] = []
  /// Its share of what all collected bodies may hold.
  private let pool: BodyPool
  private let peer: NetworkAddress
  private var heldBytes = 0
  var isPaused = false

  init(
    _ decoder: BodyDecoder, atMost limitBytes: Int, _ receiver: BodyReceiver,
    from peer: NetworkAddress, into pool: BodyPool
  ) {
    self.peer = peer
    self.decoder = decoder
    self.limitBytes = limitBytes
    self.receiver = receiver
    self.pool = pool
  }

  deinit { pool.give(back: heldBytes, of: peer) }

  var isDone: Bool { decoder.isDone }

  /// Takes the body's share of `input` and gives back what it carried, which a collected body keeps
  /// instead.
  func take(from input: inout InputBuffer) throws(Refusal) -> [UInt8] {
    var carried: [UInt8] = []
    if case .collect = receiver { swap(&carried, &collected) }
    let used = try decoder.decode(
      input.bytes.span.extracting(input.start..<input.end), into: &carried, atMost: limitBytes)
    input.consume(used)
    if case .collect = receiver {
      swap(&carried, &collected)
      guard pool.take(collected.count, of: peer, inPlaceOf: &heldBytes) else {
        throw .noRoomForBody
      }
      return []
    }
    return carried
  }
}

/// Who gets a body.
enum BodyReceiver {
  /// Nobody: it is read so that the next request can be.
  case discard
  case collect(([UInt8]) -> Void)
  case stream((HTTPBodyEvent) -> Void)
}

/// What is left of a body, by the framing of its request.
enum BodyDecoder {
  case length(remaining: Int)
  case chunked(ChunkedDecoder)

  init?(_ framing: BodyFraming) {
    switch framing {
    case .none: return nil
    case .length(let count): self = .length(remaining: count)
    case .chunked: self = .chunked(ChunkedDecoder())
    }
  }

  /// How much is left, where the client told.
  var remaining: Int? {
    if case .length(let remaining) = self { remaining } else { nil }
  }

  var isDone: Bool {
    switch self {
    case .length(let remaining): remaining == 0
    case .chunked(let decoder): decoder.isDone
    }
  }

  mutating func decode(
    _ bytes: Span<UInt8>, into body: inout [UInt8], atMost limitBytes: Int
  ) throws(Refusal) -> Int {
    switch self {
    case .length(let remaining):
      let count = min(remaining, bytes.count)
      bytes.extracting(0..<count).withUnsafeBufferPointer { body.append(contentsOf: $0) }
      self = .length(remaining: remaining - count)
      return count
    case .chunked(var decoder):
      defer { self = .chunked(decoder) }
      return try decoder.decode(bytes, into: &body, atMost: limitBytes)
    }
  }
}

extension Refusal {
  static func bodyTooLarge(_ limitBytes: Int) -> Refusal {
    Refusal(.contentTooLarge, "body-too-large", "the body is longer than \(limitBytes) bytes")
  }
}
