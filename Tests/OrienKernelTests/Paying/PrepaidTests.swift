import OrienLedger
import OrienModel
import OrienSandbox
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("Kernel: sessions that are paid for ahead")
struct PrepaidTests {
  private static let priced =
    #"{"price":{"perCall":5,"perUnit":{"token":7}},"limits":{"concurrency":64}}"#
  private static let key = SessionKey(World.session, of: World.owner)

  private static func priced(
    _ change: (inout World.Settings) throws -> Void = { _ in }, _ body: (World) throws -> Void
  ) throws {
    try World.with([.tools(manifest: priced)], change) { try body($0) }
  }

  @Test("A session's calls are let in while its budget lasts, also those that name none")
  func lasts() throws {
    try Self.priced { world throws in
      let first = try world.submit(.budget(12), "say", #"{"text":"a"}"#)
      #expect(
        try world.end(of: first.id).payment == .budget(microUnits: 5, budget: 12, spent: 5))
      let second = try world.submit(nil, "say", #"{"text":"b"}"#)
      #expect(
        try world.end(of: second.id).payment == .budget(microUnits: 5, budget: 12, spent: 10))
      let refusal = failure { try world.submit(nil, "say", #"{"text":"c"}"#) }
      #expect(refusal?.code == .unpaid)
      #expect(
        refusal?.details == [.init("required", .integer(5)), .init("available", .integer(2))])
      #expect(world.kernel.counters.refused["unpaid"] == 1)
      let third = try world.submit(.budget(15), "say", #"{"text":"c"}"#)
      #expect(
        try world.end(of: third.id).payment == .budget(microUnits: 5, budget: 15, spent: 15))
      // Another session is another's business.
      #expect(try world.run("say", #"{"text":"d"}"#, session: SessionID("s2")!).payment == nil)
    }
  }

  @Test("Of fifty calls at once on funds for ten, ten are let in, and pay when they end")
  func race() throws {
    try Self.priced { world throws in
      var admitted: [ExecutionID] = []
      var refused = 0
      for _ in 0..<50 {
        var submission = try world.submission("go", #"{"words":["x"]}"#)
        submission.terms.payment = .budget(50)
        world.kernel.submit(submission) { result in
          switch result {
          case .success(let report): admitted.append(report.id)
          case .failure(let failure):
            #expect(failure.code == .unpaid)
            refused += 1
          }
        }
      }
      try world.wait { admitted.count + refused == 50 }
      #expect(admitted.count == 10 && refused == 40)
      #expect(try world.balance()?.report.reservedMicroUnits == 50)
      for number in 1...10 { try world.process(number).exit(0) }
      for id in admitted { #expect(try world.end(of: id).costMicroUnits == 5) }
      let report = try #require(try world.balance()?.report)
      #expect(report.account.spentMicroUnits == 50 && report.reservedMicroUnits == 0)
    }
  }

  @Test("What no limit bounds is charged after, and nothing more is let in then")
  func units() throws {
    try Self.priced { world throws in
      var submission = try world.submission(
        "elsewhere", #"{"code":0,"reason":0,"number":100}"#)
      submission.terms.payment = .budget(20)
      let id = try world.loop.answer { world.kernel.submit(submission, then: $0) }.id
      #expect(
        try world.end(of: id).payment == .budget(microUnits: 705, budget: 20, spent: 705))
      expectRefusal(.unpaid) { try world.submit(nil, "say", #"{"text":"a"}"#) }
      expectRefusal(.conflict, "budget-spent") {
        try world.submit(.budget(700), "say", #"{"text":"a"}"#)
      }
    }
  }

  @Test("Whose fault a failure was says what it costs: nothing where it was the host's")
  func faults() throws {
    try Self.priced { world throws in
      let id = try world.submit(.budget(100), "refuse", #"{"status":7,"text":"no"}"#).id
      #expect(
        try world.end(of: id).payment == .budget(microUnits: 0, budget: 100, spent: 0))
    }
  }

  @Test("A caller that lowers a call's limits needs less for it")
  func lowered() throws {
    let manifest = #"{"price":{"perCpuSecond":1000},"limits":{"cpuMilliseconds":10000}}"#
    try World.with([.tools(manifest: manifest)]) { world in
      let refusal = failure { try world.submit(.budget(9999), "say", #"{"text":"a"}"#) }
      #expect(refusal?.details.first?.value == .integer(10_000))
      var submission = try world.submission("say", #"{"text":"a"}"#)
      submission.terms.payment = .budget(9999)
      submission.terms.limits.cpuMilliseconds = 2000
      _ = try world.loop.answer { world.kernel.submit(submission, then: $0) }
    }
  }

  @Test("A node that takes no streams says so, and lets nobody in by one")
  func noStreams() throws {
    try Self.priced { world throws in
      expectRefusal(.invalid, "no-streams") {
        try world.submit(.stream("42"), "say", #"{"text":"a"}"#)
      }
      #expect(try world.balance() == nil)
    }
  }

  @Test("A session's stream is asked about before each of its calls, and no other session's")
  func streams() throws {
    try Self.priced { world throws in
      let funds = FakeFunds()
      world.kernel.take(funds)
      funds.microUnits = 4
      expectRefusal(.unpaid) { try world.submit(.stream("42"), "say", #"{"text":"a"}"#) }
      #expect(funds.kept.isEmpty)
      funds.microUnits = 11
      let first = try world.submit(.stream("42"), "say", #"{"text":"a"}"#)
      #expect(funds.kept.map(\.stream) == [FakeFunds.name])
      #expect(
        try world.end(of: first.id).payment == .stream(FakeFunds.name, microUnits: 5, wei: 5000))
      _ = try world.end(of: world.submit(nil, "say", #"{"text":"b"}"#).id)
      let refusal = failure { try world.submit(nil, "say", #"{"text":"c"}"#) }
      #expect(refusal?.code == .unpaid)
      #expect(refusal?.details.contains(.init("availableWei", .string("1000"))) == true)
      let asked = funds.asked
      _ = try world.run("say", #"{"text":"d"}"#, session: SessionID("s2")!)
      #expect(funds.asked == asked)
      funds.trouble = Failure(.unavailable, "stream-unknown", "nobody knows")
      expectRefusal(.unavailable, "stream-unknown") {
        try world.submit(nil, "say", #"{"text":"c"}"#)
      }
      funds.trouble = Failure(.unpaid, "halted", "it is halted")
      let halted = failure { try world.submit(nil, "say", #"{"text":"c"}"#) }
      #expect(
        halted?.details == [.init("required", .integer(5)), .init("available", .integer(0))])
    }
  }

  @Test("After a death the account has what the records say, and what waits is still set aside")
  func death() throws {
    let scratch = try World.with([.tools(manifest: Self.priced)], { $0.policy.slots = 1 }) {
      world in
      _ = try world.end(of: world.submit(.budget(100), "say", #"{"text":"a"}"#).id)
      _ = try world.submit(nil, "go", #"{"words":["x"]}"#)
      _ = try world.submit(nil, "go", #"{"words":["x"]}"#)
      _ = try world.process()
      #expect(try world.balance()?.report.reservedMicroUnits == 10)
      return world.die()
    }
    try World.with([.tools(manifest: Self.priced)], after: scratch, { $0.policy.slots = 1 }) {
      world in
      #expect(world.recovery.resumed == 1)
      var report = try #require(try world.balance()?.report)
      #expect(report.account.spentMicroUnits == 5 && report.reservedMicroUnits == 5)
      try world.process().exit(0)
      try world.wait { world.kernel.active == 0 }
      report = try #require(try world.balance()?.report)
      #expect(report.account.spentMicroUnits == 10 && report.reservedMicroUnits == 0)
    }
  }

  @Test("A session that is removed leaves no account to the next of its name")
  func removed() throws {
    try Self.priced { world throws in
      _ = try world.end(of: world.submit(.budget(10), "say", #"{"text":"a"}"#).id)
      try world.remove()
      #expect(try world.balance() == nil)
      #expect(try world.run("say", #"{"text":"b"}"#).payment == nil)
      _ = try world.submit(.budget(5), "say", #"{"text":"c"}"#)
    }
  }
}

extension World {
  fileprivate func submit(
    _ payment: PaymentOffer?, _ tool: String, _ arguments: String
  ) throws(Failure) -> ExecutionReport {
    var submission = try submission(tool, arguments)
    submission.terms.payment = payment
    return try loop.answer { kernel.submit(submission, then: $0) }
  }

  fileprivate func balance() throws(Failure) -> SessionBalance? {
    try loop.answer { kernel.balance(of: SessionKey(World.session, of: World.owner), then: $0) }
  }
}

/// One stream, of which so much has vested.
private final class FakeFunds: SessionFunds {
  static let name = StreamName(chain: "1337", contract: "0xAbc", id: "42")
  var microUnits: UInt64 = 0
  var trouble: Failure?
  var kept: [StreamClaim] = []
  var asked = 0

  func pays(for session: SessionKey) -> Bool {
    kept.contains { $0.holder == .session(session.owner, session.id) }
  }

  func funds(
    of stream: NamedStream?, for session: SessionKey,
    then answer: @escaping (Result<StreamFunds, Failure>) -> Void
  ) {
    asked += 1
    if let trouble { return answer(.failure(trouble)) }
    let claim = StreamClaim(
      stream: Self.name, holder: .session(session.owner, session.id), sender: "0x1", rate: .zero,
      claimedAt: .now)
    answer(
      .success(
        StreamFunds(
          name: Self.name, vested: UInt256(microUnits * 1000), collected: 0, microUnitWei: 1000,
          claim: pays(for: session) ? nil : claim)))
  }

  func noteKept(_ claim: StreamClaim) { kept.append(claim) }
}
