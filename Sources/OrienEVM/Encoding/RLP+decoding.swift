package import OrienModel

extension RLP {
  /// Lists in lists, at most; a transaction has three.
  private static let depth = 16

  /// Reads one item that is all of `bytes`, in the one form that each item has: a shorter length, a
  /// length with zeros in front, a lone byte with a head and bytes behind the end are refused, so
  /// that no two encodings have one meaning.
  package init(decoding bytes: [UInt8]) throws(Failure) {
    var reader = Reader(rest: bytes[...])
    self = try reader.item(depth: 0)
    guard reader.rest.isEmpty else {
      throw Self.refusal("\(reader.rest.count) bytes behind the end")
    }
  }

  private static func refusal(_ what: String) -> Failure {
    Failure(.invalid, "bad-rlp", "RLP: \(what)")
  }

  private struct Reader {
    var rest: ArraySlice<UInt8>

    mutating func item(depth: Int) throws(Failure) -> RLP {
      guard let head = rest.popFirst() else { throw refusal("ends where an item is due") }
      switch head {
      case ..<0x80: return .bytes([head])
      case ..<0xC0:
        let content = try take(length(head - 0x80))
        if content.count == 1, let only = content.first, only < 0x80 {
          throw refusal("a lone byte below 128 has no head")
        }
        return .bytes(Array(content))
      default:
        guard depth < RLP.depth else {
          throw refusal("more than \(RLP.depth) lists in one another")
        }
        var content = Reader(rest: try take(length(head - 0xC0)))
        var items: [RLP] = []
        while !content.rest.isEmpty { items.append(try content.item(depth: depth + 1)) }
        return .list(items)
      }
    }

    /// Up to 55 it is in the head; beyond, the head says how many bytes it has.
    private mutating func length(_ code: UInt8) throws(Failure) -> UInt64 {
      guard code > 55 else { return UInt64(code) }
      let digits = try take(UInt64(code - 55))
      let length = digits.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard digits.first != 0, length > 55 else { throw refusal("a length has a shorter form") }
      return length
    }

    private mutating func take(_ count: UInt64) throws(Failure) -> ArraySlice<UInt8> {
      guard count <= UInt64(rest.count) else {
        throw refusal("promises \(count) bytes, \(rest.count) are left")
      }
      defer { rest = rest.dropFirst(Int(count)) }
      return rest.prefix(Int(count))
    }
  }
}
