import OrienModel

/// Finds the end of a request's body as it passes by: what comes after it is another request, which
/// may be for somebody else, and goes nowhere.
///
/// Pure, and the same however the bytes are cut. What is no chunk ends the body there.
enum ForwardBody: Equatable {
  case exactly(UInt64)
  case chunks(ChunkEnd)

  static let chunks = Self.chunks(ChunkEnd())

  var isOver: Bool {
    switch self {
    case .exactly(let left): left == 0
    case .chunks(let end): end.isOver
    }
  }

  /// How many of `bytes` still belong to the body; all but where it is over.
  mutating func take(_ bytes: Span<UInt8>) -> Int {
    switch self {
    case .exactly(let left):
      let count = Int(clamping: min(left, UInt64(bytes.count)))
      self = .exactly(left - UInt64(count))
      return count
    case .chunks(var end):
      var index = 0
      while index < bytes.count, !end.isOver { index += end.take(bytes, from: index) }
      self = .chunks(end)
      return index
    }
  }
}

/// Where in a chunked body (RFC 9112, 7.1) one is.
struct ChunkEnd: Equatable {
  private enum Place: Equatable {
    /// In a chunk's size, of which so much is read.
    case size(UInt64, digits: Int)
    /// Behind the size, up to the end of its line.
    case sizeLine(UInt64)
    case data(UInt64)
    /// Between a chunk's data and the next size: CR LF.
    case dataEnd
    /// In a line after the last chunk; `count` bytes of it are there.
    case trailer(count: Int)
    case over
  }

  private var place = Place.size(0, digits: 0)

  var isOver: Bool { place == .over }

  /// Looks at some bytes from `index` on, at least one, and says at how many.
  mutating func take(_ bytes: Span<UInt8>, from index: Int) -> Int {
    if case .data(let left) = place {
      let count = Int(clamping: min(left, UInt64(bytes.count - index)))
      place = left > UInt64(count) ? .data(left - UInt64(count)) : .dataEnd
      return count
    }
    let byte = bytes[index]
    let isLineEnd = byte == 0x0A
    switch place {
    case .size(let size, let digits):
      if let digit = byte.hexValue, digits < 15 {
        place = .size(size << 4 | UInt64(digit), digits: digits + 1)
      } else if digits > 0, byte == UInt8(ascii: ";") || byte == 0x0D || byte == 0x20 {
        place = .sizeLine(size)
      } else {
        place = .over
      }
    case .sizeLine(let size):
      if isLineEnd { place = size == 0 ? .trailer(count: 0) : .data(size) }
    case .dataEnd:
      if isLineEnd { place = .size(0, digits: 0) } else if byte != 0x0D { place = .over }
    case .trailer(let count):
      if isLineEnd {
        place = count == 0 ? .over : .trailer(count: 0)
      } else if byte != 0x0D {
        place = .trailer(count: 1)
      }
    case .data, .over: break
    }
    return 1
  }
}
