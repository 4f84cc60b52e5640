package import OrienModel

/// A chain in memory, with a clock of its own that only blocks move: accounts, transactions
/// that wait, and the contract of streams. What happens on it depends on nothing but what is done to it.
package final class SimulatedChain {
  /// The rules of streams' contract that differ.
  package enum Contract: Sendable {
    /// A stream that is ended has no recipient and keeps its stop; what is added after the stop earns
    /// the pause too.
    case first
    /// One that is ended is halted and keeps its recipient; a pause earns nothing.
    case second
  }

  package struct Account: Sendable {
    /// Of what gas is paid with.
    package var balance = UInt256.zero
    package var nonce: UInt64 = 0
    /// Of the token that streams pay in.
    package var tokens = UInt256.zero
  }

  package struct Receipt: Sendable {
    package var transaction: ChainTransaction
    package var block: UInt64
    /// Why the contract refused it; nil: it did not.
    package var refusal: String?
    /// What it has paid out to its sender.
    package var amount: UInt256
    package var cost: UInt256
    /// The stream that it has opened.
    package var stream: UInt256?
  }

  /// All that a block decides.
  package struct State: Sendable {
    package var number: UInt64
    package var hash: String
    package var time: UInt64
    /// What each unit of gas costs at least.
    package var baseFee: UInt256
    package var accounts: [String: Account] = [:]
    package var streams: [UInt256: PaymentStream] = [:]
    package var lastStream = UInt256.zero
    package var receipts: [String: Receipt] = [:]

    package func account(_ address: String) -> Account { accounts[address] ?? Account() }
  }

  package let contract: Contract
  package let token = "0x00000000000000000000000000000000000000aa"
  package let address = "0x00000000000000000000000000000000000000bb"
  package let oracle = "0x00000000000000000000000000000000000000cc"
  package let number = "1337"
  /// In seconds since 1970: what a block that comes now has as its time.
  package private(set) var clock: UInt64
  /// The newest last; of older ones only as many as a reorganisation may take back.
  package private(set) var states: [State]
  /// What waits, in the order in which it came.
  package internal(set) var pool: [ChainTransaction] = []
  /// What blocks that come cost, and what their makers want beside it.
  package var baseFee: UInt256 = 10
  package var leastTip: UInt256 = 1
  /// Transactions of a block at most.
  package var blockLength = 100
  /// Of forks, so that no two blocks have one hash.
  private var fork = 0

  private static let keptStates = 256

  package init(_ contract: Contract = .second, time: UInt64 = 1_700_000_000) {
    self.contract = contract
    clock = time
    states = [State(number: 1, hash: Self.hash("genesis"), time: time, baseFee: 10)]
  }

  package var head: State {
    get { states[states.count - 1] }
    set { states[states.count - 1] = newValue }
  }

  package var now: UInt64 { head.time }

  /// The state so many blocks below the newest, or the oldest that is kept.
  package func state(below depth: Int) -> State {
    states[max(0, states.count - 1 - depth)]
  }

  package func give(_ address: String, gas amount: UInt256) {
    head.accounts[address, default: Account()].balance = amount
  }

  package func stream(_ id: UInt256) -> PaymentStream? { head.streams[id] }

  // MARK: Blocks

  /// The next block, so much later, with what waits and pays enough; `only`: with nothing else.
  package func mine(after seconds: UInt64 = 12, only: ((ChainTransaction) -> Bool)? = nil) {
    clock += seconds
    var next = head
    next.number += 1
    next.time = max(next.time + 1, clock)
    next.baseFee = baseFee
    next.hash = Self.hash("\(next.number)/\(fork)")
    var mined = 0
    // One that is in a block lets the next of its sender's in.
    while mined < blockLength,
      let index = pool.firstIndex(where: { (only?($0) ?? true) && isMinable($0, in: next) })
    {
      execute(pool.remove(at: index), in: &next)
      mined += 1
    }
    states.append(next)
    states.removeFirst(max(0, states.count - Self.keptStates))
    pool.removeAll { $0.nonce < next.account($0.sender).nonce }
  }

  private func isMinable(_ transaction: ChainTransaction, in state: State) -> Bool {
    let account = state.account(transaction.sender)
    guard transaction.nonce == account.nonce, let price = price(of: transaction, in: state),
      let cost = price.times(UInt256(transaction.gas))
    else { return false }
    return cost <= account.balance
  }

  /// What each unit of gas costs it; nil where it does not offer enough.
  private func price(of transaction: ChainTransaction, in state: State) -> UInt256? {
    guard let room = transaction.maxFee.minus(state.baseFee) else { return nil }
    let tip = min(room, transaction.priorityFee)
    return tip >= leastTip ? state.baseFee.plus(tip) : nil
  }

  private func execute(_ transaction: ChainTransaction, in state: inout State) {
    guard let price = price(of: transaction, in: state),
      let cost = price.times(UInt256(min(transaction.call.gas, transaction.gas)))
    else { preconditionFailure("only what pays enough is executed") }
    var account = state.account(transaction.sender)
    account.nonce += 1
    account.balance = account.balance.minus(cost) ?? .zero
    state.accounts[transaction.sender] = account
    var receipt = Receipt(
      transaction: transaction, block: state.number, amount: .zero, cost: cost)
    let before = state.account(transaction.sender).tokens
    do throws(ContractRefusal) {
      guard transaction.gas >= transaction.call.gas else { throw ContractRefusal("out of gas") }
      receipt.stream = try apply(transaction.call, by: transaction.sender, to: &state)
      receipt.amount = state.account(transaction.sender).tokens.minus(before) ?? .zero
    } catch {
      receipt.refusal = error.words
    }
    state.receipts[transaction.hash] = receipt
  }

  /// Takes the newest blocks back. What was in them waits again, or is lost.
  package func reorganise(depth: Int, losing isLost: (ChainTransaction) -> Bool = { _ in false }) {
    let depth = min(depth, states.count - 1)
    guard depth > 0 else { return }
    let gone = head.receipts.values.filter { $0.block > states[states.count - 1 - depth].number }
    states.removeLast(depth)
    fork += 1
    let order = { (a: Receipt, b: Receipt) in
      (a.block, a.transaction.nonce, a.transaction.hash)
        < (b.block, b.transaction.nonce, b.transaction.hash)
    }
    let back = gone.sorted(by: order).map(\.transaction).filter { !isLost($0) }
    pool = back + pool.filter { waiting in !back.contains { $0.hash == waiting.hash } }
    // That takes no time.
    for _ in 0..<depth { mine(after: 0, only: { _ in false }) }
  }

  /// Of no use but to tell two things apart.
  static func hash(_ text: String) -> String {
    var seed: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { seed = (seed ^ UInt64(byte)) &* 0x100_0000_01b3 }
    var random = SeededGenerator(seed: seed)
    return "0x" + String(hex: (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) })
  }
}

/// The contract's words for what it does not do.
package struct ContractRefusal: Error {
  package var words: String

  init(_ words: String) { self.words = words }
}
