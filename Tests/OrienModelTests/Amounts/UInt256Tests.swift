import OrienModel
import Testing

@Suite("Numbers of 256 bits")
struct UInt256Tests {
  private let most =
    "115792089237316195423570985008687907853269984665640564039457584007913129639935"

  @Test("What does not fit is no number")
  func overflows() {
    #expect(UInt256.max.plus(.one) == nil)
    #expect(UInt256.zero.minus(.one) == nil)
    #expect(UInt256.max.times(2) == nil)
    #expect(UInt256(UInt128.max).times(UInt256(UInt128.max)) != nil)
    #expect(UInt256.one.divided(by: .zero) == nil)
  }

  @Test("Carries and borrows go from one half to the other")
  func carries() {
    let half = UInt256(UInt128.max)
    #expect(half.plus(.one)?.minus(.one) == half)
    #expect(half.plus(.one)?.quantity == "0x1" + String(repeating: "0", count: 32))
    #expect(UInt256.max.minus(.max) == .zero)
  }

  @Test("A quotient and a remainder make the number again")
  func divides() throws {
    for divisor in [UInt256(3), UInt256(UInt128.max), try #require(UInt256(decimal: most))] {
      let (quotient, remainder) = try #require(UInt256.max.divided(by: divisor))
      #expect(remainder < divisor)
      #expect(quotient.times(divisor)?.plus(remainder) == .max)
    }
  }

  @Test("Decimal digits are read and written to the last unit")
  func decimals() {
    #expect(UInt256(decimal: most) == .max)
    #expect(UInt256.max.description == most)
    #expect(UInt256(decimal: "10000000000000000000")?.description == "10000000000000000000")
    #expect(UInt256.zero.description == "0")
  }

  @Test(
    "What is no number in decimals is refused",
    arguments: [
      "", "-1", "+1", "01", "1e18", "1.0", " 1", "1_000", "0x1", "٣",
      "115792089237316195423570985008687907853269984665640564039457584007913129639936",
    ])
  func noDecimals(_ text: String) { #expect(UInt256(decimal: text) == nil) }

  @Test(
    "What is no quantity of JSON-RPC is refused",
    arguments: ["", "0x", "0x00", "0x01", "1", "0X1", "0xg", "0x1 ", "-0x1"])
  func noQuantity(_ text: String) { #expect(UInt256(quantity: text) == nil) }

  @Test("A quantity of 65 digits is refused, one of 64 is not")
  func longQuantity() {
    #expect(UInt256(quantity: "0x" + String(repeating: "f", count: 64)) == .max)
    #expect(UInt256(quantity: "0x" + String(repeating: "f", count: 65)) == nil)
    #expect(UInt256.max.quantity == "0x" + String(repeating: "f", count: 64))
  }

  @Test("Bytes have the most significant first")
  func bytes() {
    #expect(UInt256(bigEndian: [1, 0]) == 256)
    #expect(UInt256(bigEndian: [UInt8](repeating: 0, count: 33)) == nil)
    #expect(UInt256(256).shortestBytes == [1, 0])
    #expect(UInt256.zero.shortestBytes == [])
    #expect(UInt256.one.bytes == [UInt8](repeating: 0, count: 31) + [1])
  }
}
