import OrienModel
import OrienTestKit
import Testing

@testable import OrienNode

@Suite("Payments: before a stream pays for anything")
struct VerifyingTests {
  private func refusal(_ world: PaymentWorld, _ id: String) -> Failure? {
    #expect(throws: Failure.self) { try world.verified(id) }
  }

  @Test("One that pays enough for long enough is taken, and it is known until when it does")
  func good() throws {
    let world = try PaymentWorld.plain()
    let id = try world.opened(lasting: 100)
    let stream = try world.verified(id)
    #expect(stream.sender == PaymentWorld.tenants[0])
    #expect(stream.rate == PaidNode.pricePerCore)
    // Two blocks on top of it have taken two seconds.
    let now = Timestamp(microseconds: Int64(world.chain.clock) * 1_000_000)
    #expect(stream.paidUntil == now.after(seconds: 98))
  }

  @Test("Each reason has its name, and is the payer's to mend")
  func reasons() throws {
    let world = try PaymentWorld.plain { $0.leastSeconds = 60 }
    let less = try #require(PaidNode.pricePerCore.minus(.one))
    let halted = try world.opened(lasting: 1000)
    try world.chain.act(
      .haltStream(try #require(UInt256(decimal: halted))), by: world.chain.oracle)
    let refused = [
      (try world.opened(lasting: 1000, to: PaymentWorld.tenants[1]), "wrong-recipient"),
      (try world.opened(lasting: 1000, in: PaymentWorld.tenants[2]), "wrong-token"),
      (try world.opened(lasting: 1000, rate: less), "rate-too-low"),
      (try world.opened(lasting: 61), "runway-too-short"),
      (try world.opened(lasting: 2), "ended"), (halted, "halted"), ("999", "unknown-stream"),
    ]
    for (id, reason) in refused {
      let failure = refusal(world, id)
      #expect(failure?.code == .unpaid)
      #expect(failure?.reason == reason)
    }
    #expect(world.node.payments.claims.isEmpty)
  }

  @Test("One that is not as deep in the chain as it has to be is none yet")
  func depth() throws {
    let world = try PaymentWorld.plain()
    let id = try world.opened(lasting: 1000)
    world.chain.reorganise(depth: 1)
    _ = try world.verified(id)
    let call = ContractCall.createStream(
      recipient: world.payments.recipient, deposit: 1_000_000_000, rate: PaidNode.pricePerCore)
    let young = try world.chain.act(call, by: PaymentWorld.tenants[0])
    #expect(refusal(world, young.description)?.reason == "unknown-stream")
  }

  @Test("One that pays for something pays for nothing else, also where two come at once")
  func inUse() throws {
    let world = try PaymentWorld.plain()
    let id = try world.opened(lasting: 1000)
    let (first, second) = (try world.verified(id), try world.verified(id))
    _ = try world.rented("first", by: first)
    let late = #expect(throws: Failure.self) { try world.rented("second", by: second) }
    #expect(late?.reason == "stream-in-use")
    #expect(refusal(world, id)?.reason == "stream-in-use")
    #expect(refusal(world, id)?.code == .conflict)
    #expect(world.machines.machines.count == 1)
    #expect(world.node.rentals.capacity.count == 1)
  }

  @Test("What nobody can say is no reason against it: ask again", arguments: [true, false])
  func unknown(_ isTotal: Bool) throws {
    let world = try PaymentWorld.plain()
    let id = try world.opened(lasting: 1000)
    world.payments.outage = isTotal ? .total : .reads
    let failure = refusal(world, id)
    #expect(failure?.code == .unavailable)
    #expect(failure?.reason == "payments-unknown")
    world.heal()
    _ = try world.verified(id)
  }

  @Test("A stream that paid for what never came up may pay for something else; another never")
  func released() throws {
    let world = try PaymentWorld.plain()
    let id = try world.opened(lasting: 5000)
    world.machines.faults["launch"] = [.refused(MachineEngine.away)]
    #expect(throws: Failure.self) { try world.rented("web", by: id) }
    #expect(world.node.payments.claims.isEmpty)
    try world.rented("again", by: id)
    _ = try world.node.loop.answer { answer in world.node.rentals.delete("again", then: answer) }
    try world.settle()
    #expect(refusal(world, id)?.reason == "stream-in-use")
    try world.revive()
    try world.settle()
    #expect(refusal(world, id)?.reason == "stream-in-use")
  }
}
