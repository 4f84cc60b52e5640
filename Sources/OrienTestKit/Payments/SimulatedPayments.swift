package import OrienKernel
package import OrienModel
package import OrienNode
package import OrienSystem

/// The backend of payments as it outlives the nodes that ask it: a wallet, the streams that it keeps,
/// and what goes wrong between it and the chain.
package final class PaymentEngine {
  package let chain: SimulatedChain
  package let recipient: String
  /// Blocks on top of what is told of streams, the newest counted.
  package var confirmations = 3
  /// Whether it has been made known which streams it collects.
  package var kept: Set<String> = []
  /// The most that it pays for a unit of gas.
  package var feeBound = UInt256(10_000)
  package var gasMargin: UInt64 = 20_000
  /// What streams are held to.
  package var checks = StreamJudge.Check.allCases
  /// Nothing, or nothing of streams, is answered as long as this holds.
  package var outage = Outage.none
  /// Whose chain it has come to read, if that is not the one it should, for as long as it lives.
  package var strayChain: String? { didSet { lives += 1 } }
  private(set) var lives: UInt64 = 1
  /// The block beyond which whoever is asked has heard of none.
  package var frozenAt: UInt64?
  /// How many in a hundred questions meet each of these.
  package var odds = Odds()
  /// What the next questions of a kind get instead of what they should.
  package var faults: [String: [Fault]] = [:]
  /// What was asked, in order.
  package var asked: [String] = []
  /// Nobody answers any more once so many steps are done; nil: never.
  package var diesAt: Int?
  package var steps = 0
  /// What was ever signed, by its hash.
  package var signed: [String: ChainTransaction] = [:]
  var random: SeededGenerator

  package enum Fault: Sendable {
    case refused(Failure)
    /// It has its effect, and nobody hears of it.
    case unheard
    /// It is answered as the chain was so many blocks ago.
    case stale(Int)
    /// It is answered after so many others.
    case late(Int)
  }

  package enum Outage: Sendable { case none, reads, total }

  package struct Odds: Sendable {
    package var unavailable = 0
    package var unheard = 0
    package var stale = 0
    package var late = 0

    package init() {}

    package static let none = Odds()
  }

  package init(
    _ chain: SimulatedChain, recipient: String = "0x00000000000000000000000000000000000000f1",
    seed: UInt64 = 1
  ) {
    self.chain = chain
    self.recipient = recipient
    random = SeededGenerator(seed: seed)
  }

  package var isDead: Bool { diesAt.map { steps > $0 } ?? false }

  package var terms: PaymentTerms {
    PaymentTerms(
      network: "simulated", chain: strayChain ?? chain.number, contract: chain.address,
      token: chain.token,
      recipient: recipient, canCollect: true)
  }

  static let away = Failure(.unavailable, "away", "the chain does not answer")

  /// What happens to the next question of a kind; nil: nothing.
  func fault(_ kind: String) -> Fault? {
    if var queue = faults[kind], !queue.isEmpty {
      defer { faults[kind] = queue }
      return queue.removeFirst()
    }
    if outage == .total || outage == .reads && kind == "inspect" { return .refused(Self.away) }
    if let frozenAt, frozenAt < chain.head.number {
      return .stale(Int(chain.head.number - frozenAt))
    }
    let draw = { (odds: Int) in odds > 0 && Int.random(in: 0..<100, using: &self.random) < odds }
    if draw(odds.unavailable) { return .refused(Self.away) }
    if draw(odds.unheard) { return .unheard }
    if draw(odds.stale) { return .stale(Int.random(in: 1...4, using: &random)) }
    if draw(odds.late) { return .late(Int.random(in: 1...20, using: &random)) }
    return nil
  }
}

/// That backend as one node asks it. Each question is two steps at which the node may die: before it
/// has an effect, and before its answer is heard.
package final class SimulatedPayments: PaymentHost {
  package let engine: PaymentEngine
  private let loop: Loop
  package var isGone = false
  package var trouble: Failure?
  package var life: BackendLife? { BackendLife(plugin: "simulated", generation: engine.lives) }

  package init(_ engine: PaymentEngine, _ loop: Loop) {
    self.engine = engine
    self.loop = loop
  }

  /// `body` is asked with how many blocks old its answer is to be.
  private func ask<Value>(
    _ name: String, _ answer: @escaping (Result<Value, Failure>) -> Void,
    _ body: @escaping (Int) -> Result<Value, Failure>
  ) {
    loop.soon { [self] in
      engine.steps += 1
      guard !isGone, !engine.isDead else { return }
      engine.asked.append(name)
      var (result, turns, age) = (Result<Value, Failure>?.none, 0, 0)
      switch engine.fault(String(name.split(separator: " ")[0])) {
      case .refused(let failure): result = .failure(failure)
      case .unheard:
        _ = body(0)
        result = .failure(PaymentEngine.away)
      case .stale(let blocks): age = blocks
      case .late(let others): turns = others
      case nil: break
      }
      let said = result ?? body(age)
      tell(after: turns) { [self] in
        engine.steps += 1
        guard !isGone, !engine.isDead else { return }
        answer(said)
      }
    }
  }

  private func tell(after turns: Int, _ body: @escaping () -> Void) {
    loop.soon { [self] in turns > 0 ? tell(after: turns - 1, body) : body() }
  }

  // MARK: Reading

  package func probe(then answer: @escaping (Result<PaymentTerms, Failure>) -> Void) {
    ask("probe", answer) { [engine] _ in .success(engine.terms) }
  }

  package func inspect(
    _ streams: [String], at moment: ChainMoment?,
    then answer: @escaping (Result<StreamReadings, Failure>) -> Void
  ) {
    ask("inspect", answer) { [engine] age in engine.inspect(streams, at: moment, age: age) }
  }

  package func quote(
    _ stream: String, then answer: @escaping (Result<CollectionQuote, Failure>) -> Void
  ) {
    ask("quote \(stream)", answer) { [engine] age in
      Result { () throws(Failure) in try engine.quote(stream, age: age) }
    }
  }

  package func outcome(
    of hashes: [String], then answer: @escaping (Result<CollectionOutcomes, Failure>) -> Void
  ) {
    ask("outcome", answer) { [engine] age in .success(engine.outcome(of: hashes, age: age)) }
  }

  /// Who signs here writes their name.
  package func signer(
    of text: String, by signature: String, then answer: @escaping (Result<String, Failure>) -> Void
  ) {
    ask("signer", answer) { _ in
      let parts = signature.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, parts[1] == text else {
        return .failure(Failure(.invalid, "bad-signature", "nobody has signed that"))
      }
      return .success(String(parts[0]))
    }
  }

  // MARK: Changing

  package func keep(_ stream: String, then answer: @escaping (Result<Void, Failure>) -> Void) {
    ask("keep \(stream)", answer) { [engine] _ in
      engine.kept.insert(stream)
      return .success(())
    }
  }

  package func drop(_ stream: String, then answer: @escaping (Result<Bool, Failure>) -> Void) {
    ask("drop \(stream)", answer) { [engine] _ in
      .success(engine.kept.remove(stream) != nil)
    }
  }

  package func sign(
    _ order: CollectionOrder, then answer: @escaping (Result<SignedCollection, Failure>) -> Void
  ) {
    ask("sign \(order.stream)", answer) { [engine] _ in
      Result { () throws(Failure) in try engine.sign(order) }
    }
  }

  package func send(
    _ transaction: String, then answer: @escaping (Result<Void, Failure>) -> Void
  ) {
    ask("send", answer) { [engine] _ in
      Result { () throws(Failure) in try engine.send(transaction) }
    }
  }
}
