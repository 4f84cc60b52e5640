// As text: decimal for people and for JSON, `0x…` for JSON-RPC.

extension UInt256: CustomStringConvertible {
  package var description: String {
    // The greatest power of ten that a word of 64 bits holds, so that few divisions are of 256.
    let chunk = UInt256(10_000_000_000_000_000_000)
    var rest = self
    var chunks: [UInt64] = []
    repeat {
      guard let (quotient, remainder) = rest.divided(by: chunk), let digits = remainder.uint64
      else { preconditionFailure("a remainder is less than its divisor") }
      chunks.append(digits)
      rest = quotient
    } while !rest.isZero
    var bytes: [UInt8] = []
    for (index, digits) in chunks.reversed().enumerated() {
      bytes.appendDecimal(digits, digits: index == 0 ? 1 : 19)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Decimal digits alone, at most 78 and without a zero in front of others.
  package init?(decimal text: some StringProtocol) {
    let digits = text.utf8
    guard (1...78).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0")
    else { return nil }
    var value = UInt256.zero
    for digit in digits {
      guard digit.isASCIIDigit, let tenfold = value.times(10),
        let next = tenfold.plus(UInt256(UInt64(digit - UInt8(ascii: "0"))))
      else { return nil }
      value = next
    }
    self = value
  }
}

extension UInt256 {
  /// As JSON-RPC writes a quantity: `0x0`, `0x41`, and never a zero in front of others.
  package var quantity: String {
    let digits = String(hex: bytes).drop { $0 == "0" }
    return "0x" + (digits.isEmpty ? "0" : digits)
  }

  /// Reads what `quantity` writes, of either case, and nothing else.
  package init?(quantity text: String) {
    guard text.utf8.starts(with: "0x".utf8) else { return nil }
    let digits = text.utf8.dropFirst(2)
    guard (1...64).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0")
    else { return nil }
    var high: UInt128 = 0
    var low: UInt128 = 0
    for digit in digits {
      guard let value = digit.hexValue else { return nil }
      high = high << 4 | low >> 124
      low = low << 4 | UInt128(value)
    }
    self.init(high: high, low: low)
  }
}
