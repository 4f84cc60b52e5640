import OrienKernel
import OrienLedger
import OrienModel
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienNode

@Suite("Streams that pay for sessions")
struct SessionStreamTests {
  @Test(
    "Before its first call a stream is read, and comes with a claim; then readings are good a while"
  )
  func fresh() throws {
    try Rig.with { rig throws in
      rig.host.vested = 5
      let first = try rig.ask("42")
      #expect(first.name == Host.name("42") && first.vested == 5 && first.collected == 3)
      #expect(first.microUnitWei == 1000)
      let claim = try #require(first.claim)
      #expect(claim.holder == .session(Rig.key.owner, Rig.key.id))
      #expect(!rig.streams.pays(for: Rig.key))
      var kept: [StreamClaim] = []
      rig.streams.onKept = { kept.append($0) }
      try rig.keep(claim)
      #expect(rig.streams.pays(for: Rig.key))
      #expect(rig.loop.drive { kept.count == 1 } && kept.first?.number != nil)
      rig.host.vested = 9
      let asked = rig.host.asked
      #expect(try rig.ask().vested == 9 && rig.host.asked == asked + 1)
      rig.host.vested = 20
      let cached = try rig.ask()
      #expect(cached.vested == 9 && cached.claim == nil && rig.host.asked == asked + 1)
      // Whoever watches all streams tells of it meanwhile.
      rig.streams.note(rig.host.readings(["42"]), of: [claim])
      #expect(try rig.ask().vested == 20 && rig.host.asked == asked + 1)
      rig.streams.settings.freshFor = .zero
      _ = try rig.ask()
      #expect(rig.host.asked == asked + 2)
    }
  }

  @Test("Many that ask at once are one question")
  func together() throws {
    try Rig.with { rig throws in
      var answers = 0
      for _ in 0..<20 {
        rig.streams.funds(of: Rig.named("42"), for: Rig.key) { _ in answers += 1 }
        rig.streams.funds(of: Rig.named("43"), for: Rig.other) { _ in answers += 1 }
      }
      #expect(rig.loop.drive { answers == 40 })
      #expect(rig.host.asked <= 2)
    }
  }

  @Test(
    "A stream that does not pay is refused by its fault's name", arguments: StreamFault.allCases)
  func faults(fault: StreamFault) throws {
    try Rig.with { rig throws in
      rig.host.fault = fault
      let refusal = rig.refusal("42")
      #expect(refusal?.code == .unpaid && refusal?.reason == fault.rawValue)
      #expect(refusal?.message.contains(fault.message) == true)
    }
  }

  @Test(
    "What has vested of a stream that pays stays good, whatever the stream comes to",
    arguments: [
      (StreamFault.ended, UInt64(9)), (.halted, 9), (.terminated, 5), (.wrongRecipient, nil),
      (.wrongToken, nil), (.unknown, nil), (.inconsistent, nil),
    ] as [(StreamFault, UInt64?)])
  func after(fault: StreamFault, funds: UInt64?) throws {
    try Rig.with { rig throws in
      rig.host.vested = 5
      try rig.keep(rig.ask("42").claim!)
      _ = try rig.ask()
      rig.streams.settings.freshFor = .zero
      rig.host.vested = 9
      rig.host.fault = fault
      if let funds {
        #expect(try rig.ask().vested == UInt256(funds))
      } else {
        #expect(rig.refusal()?.reason == fault.rawValue)
      }
    }
  }

  @Test("What a sender has taken back was never seen: after a start an ended stream has nothing")
  func terminatedUnseen() throws {
    try Rig.with { rig throws in
      rig.host.vested = 5
      try rig.keep(rig.ask("42").claim!)
      let next = rig.restarted()
      rig.host.fault = .terminated
      #expect(try rig.ask(of: next).vested == .zero)
    }
  }

  @Test(
    "What nobody can say is no fault: the last reading is good for its grace, and then nothing is")
  func unknown() throws {
    try Rig.with { rig throws in
      rig.host.vested = 5
      try rig.keep(rig.ask("42").claim!)
      _ = try rig.ask()
      rig.streams.settings.freshFor = .zero
      rig.host.trouble = Failure(.unavailable, "no-chain", "the chain is silent")
      #expect(try rig.ask().vested == 5)
      rig.streams.settings.grace = .zero
      let refusal = rig.refusal()
      #expect(refusal?.code == .unavailable && refusal?.reason == "stream-unknown")
      #expect(refusal?.message.contains("the chain is silent") == true)
      #expect(rig.refusal("43", for: Rig.other)?.code == .unavailable)
      rig.host.trouble = nil
      #expect(try rig.ask().vested == 5)
    }
  }

  @Test("A session that is paid by a stream takes no other, and when it is over pays for nothing")
  func bound() throws {
    try Rig.with { rig throws in
      try rig.keep(rig.ask("42").claim!)
      #expect(rig.refusal("43")?.reason == "paid-otherwise")
      var ended: [StreamName] = []
      rig.streams.onEnded = { ended.append($0) }
      rig.streams.end(Rig.key)
      #expect(!rig.streams.pays(for: Rig.key) && ended == [Host.name("42")])
    }
  }

  @Test("After a start the ledger says which streams pay for which sessions")
  func restart() throws {
    try Rig.with { rig throws in
      try rig.keep(rig.ask("42").claim!)
      let next = rig.restarted()
      #expect(next.pays(for: Rig.key) && !next.pays(for: Rig.other))
      #expect(try rig.ask(of: next).claim == nil)
    }
  }

  @Test("Where the backend has gone to another chain, a session's stream is nobody's to read")
  func otherChain() throws {
    try Rig.with { rig throws in
      try rig.keep(rig.ask("42").claim!)
      let next = rig.restarted()
      rig.host.chain = "1"
      #expect(rig.refusal(of: next)?.reason == "stream-unknown")
    }
  }
}

private final class Rig {
  static let key = SessionKey(SessionID("s1")!, of: Owner("alice"))
  static let other = SessionKey(SessionID("s2")!, of: Owner("alice"))
  let scratch = Scratch()
  let loop: Loop
  let ledger: Ledger
  let host: Host
  let terms: AgreedTerms
  let proofs: StreamProofs
  let streams: SessionStreams
  private var claims: [StreamClaim] = []

  static func with(_ body: (Rig) throws -> Void) throws {
    let rig = try Rig()
    defer { rig.ledger.close() }
    try body(rig)
  }

  private init() throws {
    loop = try Loop()
    ledger = try Ledger.open(in: StateFolder(at: scratch / "state"), onBroken: { _ in })
    host = Host(loop)
    terms = AgreedTerms(of: host, on: loop)
    proofs = StreamProofs(of: host, node: "node", isNeeded: true, now: { .now })
    streams = SessionStreams(
      host: host, terms: terms, proofs: proofs, ledger: ledger, loop: loop, claims: [],
      .init(microUnitWei: 1000))
  }

  /// What a later node has, of the same ledger.
  func restarted() -> SessionStreams {
    SessionStreams(
      host: host, terms: terms, proofs: proofs, ledger: ledger, loop: loop, claims: claims,
      .init(microUnitWei: 1000))
  }

  func ask(
    _ stream: String? = nil, of streams: SessionStreams? = nil, for key: SessionKey = key
  ) throws(Failure) -> StreamFunds {
    try ask(stream.map(Self.named), of: streams, for: key)
  }

  /// By the operator, who is asked for no proof.
  static func named(_ id: String) -> NamedStream { NamedStream(id, isOperators: true) }

  func ask(
    _ stream: NamedStream?, of streams: SessionStreams? = nil, for key: SessionKey = key
  ) throws(Failure) -> StreamFunds {
    try loop.answer { (streams ?? self.streams).funds(of: stream, for: key, then: $0) }
  }

  func refusal(
    _ stream: String? = nil, of streams: SessionStreams? = nil, for key: SessionKey = key
  ) -> Failure? {
    do throws(Failure) {
      _ = try ask(stream, of: streams, for: key)
      return nil
    } catch {
      return error
    }
  }

  /// Has the ledger keep a claim, as it does with an account.
  func keep(_ claim: StreamClaim) throws(Failure) {
    let number: Int64 = try loop.answer { ledger.begin(claim, then: loop.reply($0)) }
    var claim = claim
    claim.number = number
    claims.append(claim)
    streams.noteKept(claim)
  }
}

/// Streams that all have the same.
private final class Host: PaymentHost {
  var vested: UInt256 = 0
  var fault: StreamFault?
  var trouble: Failure?
  var chain = "1337" { didSet { lives += 1 } }
  private var lives: UInt64 = 1
  var asked = 0
  private let loop: Loop

  init(_ loop: Loop) { self.loop = loop }

  var life: BackendLife? { BackendLife(plugin: "host", generation: lives) }

  static let terms = PaymentTerms(
    network: "dev", chain: "1337", contract: "0xAbc", token: "0x0", recipient: "0x2",
    canCollect: true)

  static func name(_ id: String) -> StreamName { terms.name(of: id) }

  func readings(_ ids: [String]) -> StreamReadings {
    let moment = ChainMoment(number: 1, hash: "0x1", time: 1, head: 1, headTime: 1)
    return StreamReadings(
      moment: moment,
      streams: ids.map { id in
        StreamReading(
          id: id, fault: fault,
          stream: fault == .unknown
            ? nil
            : PaymentStream(
              id: UInt256(decimal: id)!, token: "0x0", sender: "0x1", recipient: "0x2", start: 0,
              stop: 100, ratePerSecond: 1, deposit: 100, withdrawn: 3, isHalted: false),
          remainingSeconds: 10, vested: vested, withdrawable: vested)
      })
  }

  func probe(then answer: @escaping (Result<PaymentTerms, Failure>) -> Void) {
    var terms = Self.terms
    terms.chain = chain
    let trouble = trouble
    loop.soon { answer(trouble.map { .failure($0) } ?? .success(terms)) }
  }

  func inspect(
    _ streams: [String], at moment: ChainMoment?,
    then answer: @escaping (Result<StreamReadings, Failure>) -> Void
  ) {
    asked += 1
    let result = trouble.map { .failure($0) } ?? Result.success(readings(streams))
    loop.soon { answer(result) }
  }

  func signer(
    of text: String, by signature: String, then answer: @escaping (Result<String, Failure>) -> Void
  ) { loop.soon { answer(.success(signature)) } }
  func keep(_ stream: String, then answer: @escaping (Result<Void, Failure>) -> Void) {}
  func drop(_ stream: String, then answer: @escaping (Result<Bool, Failure>) -> Void) {}
  func quote(_ stream: String, then answer: @escaping (Result<CollectionQuote, Failure>) -> Void) {}
  func sign(
    _ order: CollectionOrder, then answer: @escaping (Result<SignedCollection, Failure>) -> Void
  ) {}
  func send(_ transaction: String, then answer: @escaping (Result<Void, Failure>) -> Void) {}
  func outcome(
    of hashes: [String], then answer: @escaping (Result<CollectionOutcomes, Failure>) -> Void
  ) {}
}
