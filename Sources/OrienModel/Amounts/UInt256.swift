/// An unsigned integer of 256 bits: amounts, rates, ids, times, as the chain has them.
///
/// No operation wraps. What does not fit is nil, and the caller says what that means.
package struct UInt256: Sendable, Hashable {
  let high: UInt128
  let low: UInt128

  package init(high: UInt128, low: UInt128) {
    self.high = high
    self.low = low
  }

  package init(_ value: UInt64) { self.init(high: 0, low: UInt128(value)) }
  package init(_ value: UInt128) { self.init(high: 0, low: value) }

  package static let zero = UInt256(high: 0, low: 0)
  package static let one = UInt256(high: 0, low: 1)
  package static let max = UInt256(high: .max, low: .max)

  package var isZero: Bool { high == 0 && low == 0 }
  package var uint64: UInt64? { high == 0 ? UInt64(exactly: low) : nil }
  package var uint128: UInt128? { high == 0 ? low : nil }

  package var leadingZeroBitCount: Int {
    high == 0 ? 128 + low.leadingZeroBitCount : high.leadingZeroBitCount
  }
}

extension UInt256: Comparable {
  package static func < (a: Self, b: Self) -> Bool {
    a.high == b.high ? a.low < b.low : a.high < b.high
  }
}

extension UInt256: ExpressibleByIntegerLiteral {
  package init(integerLiteral value: UInt64) { self.init(value) }
}

// MARK: Bytes

extension UInt256 {
  /// At most 32 bytes, the most significant first; nil where there are more.
  package init?(bigEndian bytes: some Collection<UInt8>) {
    guard bytes.count <= 32 else { return nil }
    var high: UInt128 = 0
    var low: UInt128 = 0
    for byte in bytes {
      high = high << 8 | low >> 120
      low = low << 8 | UInt128(byte)
    }
    self.init(high: high, low: low)
  }

  /// All 32 of them, the most significant first.
  package var bytes: [UInt8] {
    [high, low].flatMap { half in
      stride(from: 120, through: 0, by: -8).map { UInt8(truncatingIfNeeded: half >> UInt128($0)) }
    }
  }

  /// Without zeros in front, so none of zero: as RLP has numbers.
  package var shortestBytes: [UInt8] { Array(bytes.drop { $0 == 0 }) }
}
