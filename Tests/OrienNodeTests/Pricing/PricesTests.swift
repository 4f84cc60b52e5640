import OrienModel
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienNode

@Suite("Prices that follow a market", .timeLimit(.minutes(2)))
struct PricesTests {
  private func money(_ core: String, _ memory: String, _ disk: String) -> MonthlyPrices {
    MonthlyPrices(core: Money(core)!, memoryGiB: Money(memory)!, diskGiB: Money(disk)!)
  }
  private let small = MachineSize(cpu: 1, memoryGiB: 1, diskGiB: 10)

  @Test("Prices in tokens are those in dollars at what the source says, to its last digit")
  func follows() throws {
    let pricing = try Pricing(Pricing.says("0.2534123412345678901234"))
    #expect(!pricing.prices.current.isKnown)
    let unknown = #expect(throws: Failure.self) {
      try pricing.prices.current.ratePerSecond(of: small)
    }
    #expect(unknown?.reason == "price-unknown")
    pricing.prices.begin()
    try pricing.wait { !pricing.changes.isEmpty }
    let current = pricing.prices.current
    #expect(current.glm == money("19.73068863", "7.89227545", "0.39461377"))
    #expect(current.usd == money("5", "2", "0.1"))
    #expect(current.source == .market && current.isKnown)
    #expect(current.rate?.description == "0.2534123412345678901234")
    #expect(current.updatedAt != nil)
    #expect(try current.ratePerSecond(of: small) == current.glm.ratePerSecond(of: small))
    let asked = try #require(pricing.source.requests.first)
    #expect(asked.method == "GET")
    #expect(asked.path == "/simple/price?ids=golem,golem-network-tokens&vs_currencies=usd")
  }

  @Test("The first id in its order counts that has a price above nothing")
  func ids() throws {
    let both = #"{"golem-network-tokens":{"usd":0.3},"golem":{"usd":0.25}}"#
    for (answer, price) in [
      (both, "0.25"), (#"{"golem-network-tokens":{"usd":0.3},"golem":{"usd":0}}"#, "0.3"),
      (#"{"golem":{"usd":-1},"golem-network-tokens":{"usd":3e-1}}"#, "0.3"),
      (#"{"golem":null,"golem-network-tokens":{"usd":0.3,"eur":9}}"#, "0.3"),
    ] {
      let pricing = try Pricing(.json(200, answer))
      pricing.prices.begin()
      try pricing.wait { !pricing.changes.isEmpty }
      #expect(pricing.prices.current.rate?.description == price)
    }
  }

  @Test("A change below the least changes nothing, and small ones that add up do")
  func leastChange() throws {
    let pricing = try Pricing(Pricing.says("0.25"))
    pricing.prices.begin()
    try pricing.wait { pricing.changes.count == 1 }
    for price in ["0.2524", "0.2476", "0.25249999"] {
      pricing.say(Pricing.says(price))
      try pricing.wait(forMore: 2)
    }
    #expect(pricing.changes.count == 1)
    pricing.say(Pricing.says("0.2525"))
    try pricing.wait { pricing.changes.count == 2 }
    #expect(pricing.prices.current.rate?.description == "0.2525")
    #expect(pricing.prices.failures == 0)
  }

  private static let refused: [Outsider.Answer] = [
    .json(500, #"{"golem":{"usd":0.5}}"#), .json(429, "{}"), .json(200, "{}"), .json(200, "[]"),
    .json(200, "no JSON"), .json(200, ""), .raw([]), .moved(to: "http://127.0.0.1:1/"),
    Pricing.says("0"), Pricing.says("-0.25"), Pricing.says("null"), Pricing.says("[0.5]"),
    Pricing.says("\"NaN\""), Pricing.says("1e999"), Pricing.says("0.5", of: "bitcoin"),
    Pricing.says("250.1"), Pricing.says("0.000249"), Pricing.says("1e-29"),
    Pricing.says("0." + String(repeating: "5", count: 40)),
    .json(200, #"{"golem":{"usd":0.5},"golem":{"usd":0.6}}"#),
    .json(
      200, "{\"golem\":{\"usd\":0.5},\"a\":\"" + String(repeating: "a", count: 1 << 17) + "\"}"),
  ]

  @Test(
    "Whatever fails or cannot be true changes nothing, and is counted", arguments: refused.indices)
  func refuses(_ place: Int) throws {
    let pricing = try Pricing(Pricing.says("0.25"))
    pricing.prices.begin()
    try pricing.wait { pricing.changes.count == 1 }
    let before = pricing.prices.current
    pricing.say(Self.refused[place])
    try pricing.wait { pricing.prices.failures >= 2 }
    #expect(pricing.changes.count == 1)
    #expect(pricing.prices.current == before)
    pricing.say(Pricing.says("0.5"))
    try pricing.wait { pricing.changes.count == 2 }
  }

  @Test("A thousandfold is taken, for who has seen no more cannot say that it is false")
  func bound() throws {
    let pricing = try Pricing(Pricing.says("0.25"))
    pricing.prices.begin()
    try pricing.wait { pricing.changes.count == 1 }
    pricing.say(Pricing.says("250"))
    try pricing.wait { pricing.changes.count == 2 }
  }

  @Test("A price that would be more than an amount can be is refused also at first")
  func tooMuch() throws {
    let pricing = try Pricing(Pricing.says("1e-20"))
    pricing.prices.begin()
    try pricing.wait { pricing.prices.failures >= 1 }
    #expect(!pricing.prices.current.isKnown)
  }

  @Test("A price in tokens that is set stays, and the others follow")
  func fixed() throws {
    let pricing = try Pricing(Pricing.says("0.25")) { $0.glm.core = Money("7")! }
    #expect(!pricing.prices.current.isKnown)
    pricing.prices.begin()
    try pricing.wait { !pricing.changes.isEmpty }
    #expect(pricing.prices.current.glm == money("7", "8", "0.4"))
  }

  @Test("Nobody is asked where nobody is named, nothing is to follow, or all is set")
  func asksNobody() throws {
    let set = money("7", "8", "0.4")
    for (change, isKnown) in [
      ({ $0.priceSource.url = nil }, false), ({ $0.priceSource.isFollowing = false }, false),
      ({ $0.glm = set }, true),
      (
        {
          $0.priceSource.url = nil; $0.glm.core = Money("7")!
        }, true
      ),
      (
        {
          $0.priceSource.url = nil; $0.usd = .nothing
        }, true
      ),
    ] as [((inout MachineSettings) -> Void, Bool)] {
      let pricing = try Pricing(Pricing.says("0.25"), change)
      pricing.prices.begin()
      var isOver = false
      _ = pricing.loop.schedule(after: .milliseconds(20)) { isOver = true }
      try pricing.wait { isOver }
      #expect(pricing.source.requests.isEmpty)
      #expect(pricing.prices.current.isKnown == isKnown)
      #expect(pricing.prices.current.source == .settings)
    }
  }

  @Test("Who is silent is given up after his time, and a node that ends waits for nobody")
  func silent() throws {
    let pricing = try Pricing(.silence) { $0.priceSource.patience = .milliseconds(20) }
    pricing.prices.begin()
    try pricing.wait { pricing.prices.failures >= 1 }
    let ending = try Pricing(.silence)
    ending.prices.begin()
    try ending.wait { !ending.source.requests.isEmpty }
    ending.prices.close()
    #expect(ending.prices.failures == 0)
  }
}
