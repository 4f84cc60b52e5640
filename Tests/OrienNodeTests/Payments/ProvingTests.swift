import OrienLedger
import OrienModel
import OrienTestKit
import Testing

@testable import OrienNode

@Suite("Payments: only whom its sender wants has anything of a stream")
struct ProvingTests {
  private let sender = PaymentWorld.tenants[0]

  private func refusal(
    _ world: PaymentWorld, _ id: String, _ proof: StreamProof? = nil, for name: String = "web"
  ) -> Failure? {
    #expect(throws: Failure.self) { () throws in
      _ = try world.verified(NamedStream(id, proof: proof), for: name)
    }
  }

  /// As the simulated backend signs: whose name stands before a text has signed it.
  private func proof(
    _ world: PaymentWorld, _ id: String, by signer: String? = nil, aged seconds: Int64 = 0,
    _ change: (inout StreamConsent) -> Void = { _ in }
  ) -> StreamProof {
    let terms = world.payments.terms
    var consent = StreamConsent(
      .machine("web"), by: terms.name(of: id), to: terms.recipient,
      at: world.node.payments.nodeKey)
    change(&consent)
    let now = world.node.payments.clock.now()
    let moment = Timestamp(microseconds: now.microseconds - seconds * 1_000_000)
    return StreamProof(
      signedAt: moment, signature: "\(signer ?? sender) \(consent.text(at: moment))")
  }

  @Test("Who names another's stream has nothing for it, and is told what its sender is to sign")
  func stranger() throws {
    let world = try PaymentWorld.plain()
    let id = try world.opened(lasting: 1000)
    let failure = refusal(world, id)
    #expect(failure?.code == .unpaid && failure?.reason == "proof-needed")
    #expect(failure?.message.contains("stream_proof") == true)
    let asked = try #require(failure?.details.first { $0.name == "proof" }?.value)
    #expect(asked["signer"]?.string == sender)
    let moment = try #require(asked["signed_at"]?.string.flatMap { Timestamp(iso8601: $0) })
    let proof = StreamProof(
      signedAt: moment, signature: "\(sender) \(try #require(asked["text"]?.string))")
    let stream = try world.verified(NamedStream(id, proof: proof), for: "web")
    #expect(stream.provenAt == moment && stream.sender == sender)
  }

  @Test("The operator, who is paid, shows nothing; nor anybody where the operator says so")
  func notNeeded() throws {
    let world = try PaymentWorld.plain()
    let id = try world.opened(lasting: 1000)
    _ = try world.verified(NamedStream(id, isOperators: true), for: "web")
    let open = try PaymentWorld.plain { $0.needsProof = false }
    let other = try open.opened(lasting: 1000)
    _ = try open.verified(NamedStream(other), for: "web")
    // What is shown all the same has to be right.
    let wrong = proof(open, other, by: PaymentWorld.tenants[1])
    #expect(refusal(open, other, wrong)?.reason == "proof-wrong")
  }

  @Test("A proof of another signer, or of another text, is none")
  func wrong() throws {
    let world = try PaymentWorld.plain()
    let id = try world.opened(lasting: 1000)
    #expect(refusal(world, id, proof(world, id, by: PaymentWorld.tenants[1]))?.code == .denied)
    let changes: [(inout StreamConsent) -> Void] = [
      { $0.use = .machine("other") }, { $0.node = "another" }, { $0.recipient = "0x1" },
      { $0.stream.id = "999" }, { $0.stream.chain = "1" }, { $0.stream.contract = "0x2" },
    ]
    for change in changes {
      let failure = refusal(world, id, proof(world, id, change))
      // The simulated backend knows of no signature that is not of the text.
      #expect(failure?.code == .invalid && failure?.reason == "invalid-proof")
    }
    #expect(refusal(world, id, proof(world, id), for: "other")?.code == .invalid)
  }

  @Test("It is good for ten minutes, and a clock may be ahead by as much")
  func time() throws {
    let world = try PaymentWorld.plain()
    let id = try world.opened(lasting: 5000)
    for seconds: Int64 in [601, 5000, -601] {
      let failure = refusal(world, id, proof(world, id, aged: seconds))
      #expect(failure?.code == .unpaid && failure?.reason == "proof-expired")
      #expect(failure?.details.contains { $0.name == "proof" } == true)
    }
    for seconds: Int64 in [600, -600] {
      let named = NamedStream(id, proof: proof(world, id, aged: seconds))
      _ = try world.verified(named, for: "web")
    }
  }

  @Test("It is good once: what came to nothing is asked for anew by another, also after a restart")
  func once() throws {
    let world = try PaymentWorld.plain()
    let id = try world.opened(lasting: 5000)
    let first = NamedStream(id, proof: proof(world, id))
    world.machines.faults["launch"] = [.refused(MachineEngine.away)]
    let stream = try world.verified(first, for: "web")
    #expect(throws: Failure.self) { () throws in _ = try world.rented("web", by: stream) }
    #expect(world.node.payments.claims.isEmpty)
    // Whoever has seen it on its way brings it again.
    let again = #expect(throws: Failure.self) { () throws in
      _ = try world.rented("web", by: try world.verified(first, for: "web"))
    }
    #expect(again?.code == .conflict && again?.reason == "proof-used")
    try world.revive()
    try world.settle()
    let later = #expect(throws: Failure.self) { () throws in
      _ = try world.rented("web", by: try world.verified(first, for: "web"))
    }
    #expect(later?.reason == "proof-used")
    let second = NamedStream(id, proof: proof(world, id, aged: 1))
    _ = try world.rented("web", by: try world.verified(second, for: "web"))
    #expect(world.phase("web") == .running)
  }

  @Test("Where nobody can say who has signed, nothing is said of the stream")
  func silence() throws {
    let world = try PaymentWorld.plain()
    let id = try world.opened(lasting: 1000)
    world.payments.faults["signer"] = [.refused(MachineEngine.away)]
    let failure = refusal(world, id, proof(world, id))
    #expect(failure?.code == .unavailable && failure?.reason == "payments-unknown")
    _ = try world.verified(NamedStream(id, proof: proof(world, id)), for: "web")
  }
}
