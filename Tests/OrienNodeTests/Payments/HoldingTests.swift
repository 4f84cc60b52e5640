import OrienLedger
import OrienModel
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienNode

@Suite("Payments: machines are held to what pays for them")
struct HoldingTests {
  private func world(
    _ change: (inout PaymentSettings) -> Void = { _ in }, lasting seconds: UInt64 = 200
  ) throws -> (PaymentWorld, stream: String) {
    let world = try PaymentWorld.plain(change)
    let id = try world.opened(lasting: seconds)
    try world.rented("web", by: id)
    return (world, id)
  }

  @Test("What is not paid any more is stopped and stays, and starts again once it is")
  func pauses() throws {
    let (world, id) = try world()
    try world.pass(120)
    #expect(world.phase("web") == .running)
    try world.pass(120)
    #expect(world.phase("web") == .stopped)
    #expect(world.node.rentals.find("web")?.pause != nil)
    #expect(world.machines.machines.values.map(\.state) == [.stopped])
    let failure = #expect(throws: Failure.self) {
      _ = try world.node.loop.answer { answer in world.node.rentals.start("web", then: answer) }
    }
    #expect(failure?.code == .unpaid)
    try world.pass(10_000)
    #expect(world.phase("web") == .stopped)
    // By the first contract what was not paid meanwhile is paid from it.
    try world.toppedUp(id, by: 20_000)
    try world.pass(120)
    #expect(world.phase("web") == .running)
    #expect(world.node.rentals.find("web")?.pause == nil)
  }

  @Test("What its renter has stopped is not started because it is paid")
  func leavesStopped() throws {
    let (world, id) = try world()
    _ = try world.node.loop.answer { answer in world.node.rentals.stop("web", then: answer) }
    try world.pass(240)
    try world.toppedUp(id, by: 1000)
    try world.pass(120)
    #expect(world.phase("web") == .stopped)
  }

  @Test("Who has stopped what was stopped for payment has stopped it")
  func takesOver() throws {
    let (world, id) = try world()
    try world.pass(240)
    _ = try world.node.loop.answer { answer in world.node.rentals.stop("web", then: answer) }
    try world.toppedUp(id, by: 1000)
    try world.pass(120)
    #expect(world.phase("web") == .stopped)
  }

  @Test("While nobody knows it runs on for the grace, is stopped after it, and never deleted")
  func unknown() throws {
    for outage in [PaymentEngine.Outage.reads, .total] {
      let (world, _) = try world(
        {
          $0.deletesOnExhaustion = true
          $0.retention = .zero
        }, lasting: 50_000)
      world.payments.outage = outage
      try world.pass(PaymentWorld.grace - 30)
      #expect(world.phase("web") == .running)
      try world.revive()
      try world.settle()
      try world.pass(90)
      #expect(world.node.rentals.find("web")?.pause == "payments-unknown")
      try world.pass(20_000)
      #expect(world.phase("web") == .stopped)
      world.heal()
      try world.pass(60)
      #expect(world.phase("web") == .running)
    }
  }

  @Test("What is not paid is not started because nobody knows any more")
  func startedUnknown() throws {
    let (world, _) = try world()
    try world.pass(240)
    #expect(world.phase("web") == .stopped)
    world.payments.outage = .total
    try world.pass(60)
    let failure = #expect(throws: Failure.self) {
      _ = try world.node.loop.answer { answer in world.node.rentals.start("web", then: answer) }
    }
    #expect(failure?.code == .unpaid)
    #expect(world.phase("web") == .stopped)
  }

  @Test("What was added while an old block was told of deletes nothing, though it was all used up")
  func frozen() throws {
    let (world, id) = try world({
      $0.deletesOnExhaustion = true
      $0.staleAfter = .seconds(1000)
    })
    world.payments.frozenAt = world.chain.head.number
    try world.pass(90)
    try world.toppedUp(id, by: 5000)
    try world.pass(150)
    #expect(world.phase("web") == .stopped)
    world.heal()
    try world.pass(90)
    #expect(world.phase("web") == .running)
  }

  @Test("What is over is kept for its time and then deleted, with its stream's claim")
  func retained() throws {
    let (world, id) = try world({ $0.retention = .seconds(600) })
    try world.pass(600)
    #expect(world.phase("web") == .stopped)
    try world.pass(420)
    #expect(world.phase("web") == nil)
    #expect(world.machines.isEmpty)
    let failure = #expect(throws: Failure.self) { try world.verified(id) }
    #expect(failure?.code == .conflict || failure?.reason == "ended")
  }

  @Test("What is over is deleted at once where the operator wants that, and what is low is not")
  func exhausted() throws {
    let (world, _) = try world(
      {
        $0.deletesOnExhaustion = true
        $0.leastSeconds = 90
      }, lasting: 300)
    try world.pass(240)
    #expect(world.phase("web") == .stopped)
    try world.pass(180)
    #expect(world.phase("web") == nil)
  }

  @Test("A deletion that fails is tried until it has succeeded, and the stream paid until then")
  func deletionFails() throws {
    let (world, id) = try world({ $0.deletesOnExhaustion = true })
    let away = MachineEngine.Fault.refused(MachineEngine.away)
    world.machines.faults["delete"] = [away, away, away]
    try world.pass(400)
    #expect(world.machines.isEmpty)
    #expect(world.machines.asked.count { $0.hasPrefix("delete") } >= 4)
    let claim = try world.node.loop.answer { answer in
      world.node.ledger.claims(atMost: 10, then: world.node.loop.reply(answer))
    }.first { $0.stream.id == id }
    #expect(claim?.phase != .active)
  }

  @Test("A chain that stood still when the node died is not believed by the next until it moves")
  func stillFrozen() throws {
    let (world, _) = try world(lasting: 5000)
    world.payments.frozenAt = world.chain.head.number
    try world.pass(PaymentWorld.grace + 30)
    #expect(world.node.rentals.find("web")?.pause == "payments-unknown")
    try world.revive()
    try world.settle()
    try world.pass(90)
    #expect(world.phase("web") == .stopped)
    world.heal()
    try world.pass(60)
    #expect(world.phase("web") == .running)
  }

  @Test("A backend that has come to read another chain knows nothing of what is paid on this one")
  func strayChain() throws {
    let (world, _) = try world({ $0.deletesOnExhaustion = true }, lasting: 50_000)
    world.payments.strayChain = "1"
    world.node.payments.lookAnew()
    try world.settle()
    try world.pass(PaymentWorld.grace - 60)
    #expect(world.phase("web") == .running)
    try world.pass(120)
    #expect(world.node.rentals.find("web")?.pause == "payments-unknown")
    try world.pass(3600)
    #expect(world.phase("web") == .stopped)
    world.payments.strayChain = nil
    world.node.payments.lookAnew()
    try world.pass(60)
    #expect(world.phase("web") == .running)
  }

  @Test("Whatever was paid for is found again by the next node, and so is how long nobody knew")
  func restarts() throws {
    let (world, id) = try world(lasting: 5000)
    try world.pass(60)
    try world.revive()
    try world.settle()
    #expect(world.phase("web") == .running)
    #expect(world.node.payments.claims.values.map(\.stream.id) == [id])
    try world.pass(60)
    #expect(world.phase("web") == .running)
    #expect(world.machines.launches.values.allSatisfy { $0 == 1 })
  }
}
