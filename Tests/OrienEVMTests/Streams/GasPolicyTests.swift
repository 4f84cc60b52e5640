import OrienModel
import Testing

@testable import OrienEVM

@Suite("Gas")
struct GasPolicyTests {
  private let policy = GasPolicy(mostFee: 1000, mostGas: 100_000)

  @Test("is offered twice the base fee and the median on top, and a quarter more of it")
  func usual() throws {
    let offer = try policy.offer(estimate: 40_000, nextBaseFee: 100, priorityFees: [9, 1, 5])
    #expect(
      offer == GasPolicy.Offer(gas: 50_000, maxFee: 205, priorityFee: 5, cost: 5_250_000))
  }

  @Test("is offered something on top where nobody does")
  func least() throws {
    for fees in [[], [UInt256.zero, .zero]] {
      let offer = try policy.offer(estimate: 40_000, nextBaseFee: 0, priorityFees: fees)
      #expect(offer.priorityFee == 1 && offer.maxFee == 1)
    }
  }

  @Test("is offered no more than the operator pays, as long as that is enough now")
  func most() throws {
    let offer = try policy.offer(estimate: 40_000, nextBaseFee: 995, priorityFees: [5])
    #expect(offer.maxFee == 1000)
    for (estimate, base) in [
      (UInt64(40_000), UInt256(996)), (80_001, 1), (.max, 1), (40_000, .max),
    ] {
      let failure = #expect(throws: Failure.self) { () throws in
        try policy.offer(estimate: estimate, nextBaseFee: base, priorityFees: [5])
      }
      #expect(failure?.reason == "too-expensive" && failure?.code == .limited)
    }
  }

  @Test(
    "is refused by nodes in words of their own",
    arguments: [
      ("already known", SendRefusal.known), ("AlreadyKnown", .known),
      ("Known transaction: 12", .known), ("nonce too low: next nonce 2, tx nonce 1", .nonceUsed),
      ("Transaction nonce is too low. Try incrementing the nonce.", .nonceUsed),
      ("replacement transaction underpriced", .underpriced),
      ("ReplacementNotAllowed", .underpriced),
      ("INSUFFICIENT FUNDS", .noFunds), ("exceeds block gas limit", .other), ("", .other),
    ])
  func words(_ message: String, _ refusal: SendRefusal) {
    #expect(SendRefusal(message) == refusal)
    #expect((refusal.failure(message) == nil) == (refusal == .known))
  }
}
