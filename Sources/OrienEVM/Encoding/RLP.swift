package import OrienModel

/// What Ethereum writes transactions in: strings of bytes, and lists of these.
package enum RLP: Sendable, Equatable {
  case bytes([UInt8])
  case list([RLP])

  package static func number(_ value: UInt256) -> RLP { .bytes(value.shortestBytes) }
}

extension RLP {
  package var encoded: [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return bytes
  }

  private func append(to bytes: inout [UInt8]) {
    switch self {
    case .bytes(let content):
      if content.count == 1, content[0] < 0x80 {
        bytes.append(content[0])
      } else {
        Self.appendHead(0x80, content.count, to: &bytes)
        bytes += content
      }
    case .list(let items):
      var content: [UInt8] = []
      for item in items { item.append(to: &content) }
      Self.appendHead(0xC0, content.count, to: &bytes)
      bytes += content
    }
  }

  private static func appendHead(_ kind: UInt8, _ count: Int, to bytes: inout [UInt8]) {
    if count <= 55 {
      bytes.append(kind + UInt8(count))
    } else {
      let length = UInt256(UInt64(count)).shortestBytes
      bytes.append(kind + 55 + UInt8(length.count))
      bytes += length
    }
  }
}

// What an item is, or nil where it is something else.
extension RLP {
  package var content: [UInt8]? {
    if case .bytes(let bytes) = self { bytes } else { nil }
  }
  package var items: [RLP]? {
    if case .list(let items) = self { items } else { nil }
  }
  /// A number of at most 32 bytes without a zero in front.
  package var number: UInt256? {
    guard let content, content.first != 0 else { return nil }
    return UInt256(bigEndian: content)
  }
}
