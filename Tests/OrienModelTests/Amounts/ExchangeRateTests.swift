import OrienModel
import Testing

@Suite("What a token costs")
struct ExchangeRateTests {
  @Test(
    "A rate is kept to its last digit",
    arguments: [
      ("0.2534123412345678901234", "0.2534123412345678901234"), ("12", "12"), ("0.50", "0.5"),
      ("2.5e-5", "0.000025"), ("1E3", "1000"), ("1.25e+1", "12.5"),
      ("1e-30", "0.\(String(repeating: "0", count: 29))1"),
      ("100", "100"), ("0.10e1", "1"),
    ])
  func reads(_ text: String, _ shown: String) throws {
    #expect(try #require(ExchangeRate(text)).description == shown)
  }

  @Test(
    "What is no number above nothing, or beyond any market, is no rate",
    arguments: [
      "", "0", "0.0", "0e5", "-1", "+1", "01", "1.", ".5", "1e", "1e-", "e5", "1.2.3", "NaN",
      "Infinity",
      "1 ", "0x1", "1_000", "٣", "1e-31", "1e15", "1e31", "1e1001", "1e99999999999999999999",
      "0.1234567890123456789012345678901", String(repeating: "1", count: 65), "1,5",
    ])
  func refuses(_ text: String) { #expect(ExchangeRate(text) == nil) }

  @Test(
    "A change counts from exactly the wanted share on, up and down",
    arguments: [
      ("0.25", "0.2525", "1", true), ("0.25", "0.252499999999999999999999", "1", false),
      ("0.25", "0.2475", "1", true), ("0.25", "0.247500000000000000000001", "1", false),
      ("0.25", "0.25", "0", true), ("1e-30", "1e14", "100", true), ("3", "3.03", "1.0", true),
      ("1e14", "1e14", "0.00000001", false), ("0.25", "0.2625", "5.00000001", false),
    ])
  func moves(_ before: String, _ now: String, _ percent: String, _ counts: Bool) throws {
    let (before, now) = (try #require(ExchangeRate(before)), try #require(ExchangeRate(now)))
    #expect(now.differs(from: before, byAtLeast: try #require(Money(percent))) == counts)
  }

  @Test("A thousandfold is not beyond a thousandfold, a bit more is")
  func bounds() throws {
    let rate = try #require(ExchangeRate("0.25"))
    for (text, isBeyond) in [
      ("250", false), ("250.0000001", true), ("0.00025", false), ("0.000249999999", true),
    ] {
      #expect(try #require(ExchangeRate(text)).isBeyond(1000, times: rate) == isBeyond, "\(text)")
    }
  }

  @Test("What would be more than an amount can be is none")
  func overflows() throws {
    let dust = try #require(ExchangeRate("1e-30"))
    #expect(dust.tokens(for: Money(units: 1)) == nil)
    #expect(
      try #require(ExchangeRate("1e14")).dollars(for: Money(units: 10_000_000_000_000)) == nil)
    #expect(dust.tokens(for: .zero) == .zero)
  }

  @Test("Amounts are added and multiplied, or there is no such amount")
  func counts() {
    #expect(Money.most.plus(Money(units: 1)) == nil)
    #expect(Money.most.times(2) == nil)
    #expect(Money(units: 3).times(2)?.plus(Money(units: 1)) == Money(units: 7))
    #expect(Money.most.short <= .most)
    #expect(Money.most.anHour < .most)
  }
}
