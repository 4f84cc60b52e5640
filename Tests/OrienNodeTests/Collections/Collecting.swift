import OrienLedger
import OrienModel
import OrienSystem
import OrienTestKit

@testable import OrienNode

/// The collections of one node on its loop, in a folder that may be the next one's. Its clock is the
/// chain's.
final class Collecting {
  let loop: Loop
  let ledger: Ledger
  let front: SimulatedPayments
  let collections: Collections
  let engine: PaymentEngine
  private(set) var claims: [StreamClaim]
  private let scratch: Scratch
  private var isOpen = true

  static let tenant = "0x00000000000000000000000000000000000000e1"

  init(
    _ scratch: Scratch, _ engine: PaymentEngine,
    _ change: (inout Collections.Settings) -> Void = { _ in }
  ) throws {
    self.scratch = scratch
    self.engine = engine
    loop = try Loop()
    ledger = try Ledger.open(in: StateFolder(at: scratch / "state"), onBroken: { _ in })
    front = SimulatedPayments(engine, loop)
    claims = ledger.recovered.streams
    var settings = Collections.Settings()
    settings.isEnabled = true
    // What happens when is the test's to say.
    settings.watchEvery = .seconds(3600)
    settings.confirmations = UInt64(engine.confirmations)
    change(&settings)
    collections = Collections(
      Collections.Parts(
        loop: loop, ledger: ledger, log: Log(level: .error, format: .text), host: front,
        terms: AgreedTerms(of: front, on: loop),
        now: { [chain = engine.chain] in
          Timestamp(microseconds: Int64(chain.clock) * 1_000_000)
        }),
      settings)
  }

  deinit { if isOpen { ledger.close() } }

  /// One on a chain where its recipient can pay for gas.
  static func engine(_ contract: SimulatedChain.Contract = .second, seed: UInt64 = 1)
    -> PaymentEngine
  {
    let engine = PaymentEngine(SimulatedChain(contract), seed: seed)
    engine.chain.give(engine.recipient, gas: SimulatedChain.plenty)
    return engine
  }

  var chain: SimulatedChain { engine.chain }

  /// What is not on the disk by now never will be, and nobody answers.
  func die() throws -> Scratch {
    isOpen = false
    front.isGone = true
    ledger.close()
    return try Scratch(copying: scratch)
  }

  // MARK: Streams

  /// Opens a stream and claims it for a machine.
  @discardableResult
  func rent(rate: UInt256 = 1_000_000, deposit: UInt256 = 1_000_000_000_000) throws
    -> StreamClaim
  {
    let id = try chain.act(
      .createStream(recipient: engine.recipient, deposit: deposit, rate: rate),
      by: Self.tenant)
    var claim = StreamClaim(
      stream: engine.terms.name(of: id.description), holder: .machine("vm-\(id)"),
      sender: Self.tenant, rate: rate,
      claimedAt: Timestamp(microseconds: Int64(chain.clock) * 1_000_000))
    claim.number = try loop.answer { answer in ledger.begin(claim, then: loop.reply(answer)) }
    claims.append(claim)
    return claim
  }

  func withdrawn(_ claim: StreamClaim) -> UInt256 {
    UInt256(decimal: claim.stream.id).flatMap { chain.stream($0)?.withdrawn } ?? .zero
  }

  func collected(_ claim: StreamClaim) -> UInt256 {
    collections.totals[claim.stream]?.collected ?? .zero
  }

  // MARK: Time

  /// The monitor reads all streams, and what follows is waited for.
  func tick() throws {
    collections.note(try engine.inspect(claims.map(\.stream.id)).get(), of: claims)
    try look()
  }

  func look() throws {
    collections.look()
    guard loop.drive(until: { self.collections.isIdle || self.engine.isDead }) else {
      throw Failure(.internal, "no-rest", "collections do not come to rest")
    }
  }

  func begin() throws {
    collections.begin()
    guard loop.drive(until: { self.collections.isIdle || self.engine.isDead }) else {
      throw Failure(.internal, "no-rest", "collections do not begin")
    }
  }

  /// Blocks come, with a look after each.
  func pass(blocks: Int, each seconds: UInt64 = 12) throws {
    for _ in 0..<blocks {
      chain.mine(after: seconds)
      try look()
    }
  }

  /// Time goes by until streams are due.
  func wait(_ seconds: UInt64 = 1800) throws {
    chain.mine(after: seconds)
    for _ in 0..<engine.confirmations { chain.mine() }
    try tick()
  }

  func collect(_ claims: [StreamClaim]) throws -> [Result<StreamCollection, Failure>] {
    try loop.answer { answer in collections.collect(claims) { answer(.success($0)) } }
  }

  func listed(_ id: String? = nil) throws -> [StreamCollection] {
    try loop.answer { answer in
      ledger.collections(ofStream: id, atMost: 1000, then: loop.reply(answer))
    }
  }

  /// What the node has sent that is in the chain, and paid something.
  var effective: [SimulatedChain.Receipt] {
    chain.head.receipts.values.filter {
      engine.signed[$0.transaction.hash] != nil && $0.refusal == nil
    }
  }
}
