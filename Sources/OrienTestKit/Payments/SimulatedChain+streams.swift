package import OrienModel

/// What the contract of streams can be asked for.
package enum ContractCall: Sendable, Hashable {
  /// In another token than the one that counts, where one is named.
  case createStream(recipient: String, deposit: UInt256, rate: UInt256, token: String? = nil)
  case topUp(UInt256, UInt256)
  case withdraw(UInt256)
  case terminate(UInt256)
  case haltStream(UInt256)

  /// What it uses.
  package var gas: UInt64 {
    switch self {
    case .createStream: 180_000
    case .topUp: 70_000
    case .withdraw: 60_000
    case .terminate: 90_000
    case .haltStream: 50_000
    }
  }
}

extension SimulatedChain {
  func apply(
    _ call: ContractCall, by caller: String, to state: inout State
  ) throws(ContractRefusal) -> UInt256? {
    switch call {
    case .createStream(let recipient, let deposit, let rate, let token):
      return try create(recipient, deposit, rate, token ?? self.token, by: caller, in: &state)
    case .topUp(let id, let amount): try topUp(id, amount, by: caller, in: &state)
    case .withdraw(let id): try withdraw(id, by: caller, in: &state)
    case .terminate(let id): try terminate(id, by: caller, in: &state)
    case .haltStream(let id): try halt(id, by: caller, in: &state)
    }
    return nil
  }

  /// What its recipient has earned: by the second contract all of it once the stop is reached.
  package func vested(_ stream: PaymentStream, at now: UInt64) -> UInt256 {
    let isOver = contract == .second && !stream.isHalted && UInt256(now) >= stream.stop
    return isOver ? stream.deposit : stream.vested(at: now)
  }

  /// What `withdraw` would pay now.
  package func unpaid(_ stream: PaymentStream, at now: UInt64) -> UInt256 {
    vested(stream, at: now).minus(min(stream.withdrawn, vested(stream, at: now))) ?? .zero
  }

  private func find(_ id: UInt256, in state: State) throws(ContractRefusal) -> PaymentStream {
    guard let stream = state.streams[id] else { throw ContractRefusal("no-stream") }
    return stream
  }

  private func create(
    _ recipient: String, _ deposit: UInt256, _ rate: UInt256, _ token: String, by sender: String,
    in state: inout State
  ) throws(ContractRefusal) -> UInt256 {
    guard recipient != PaymentStream.nobody else { throw ContractRefusal("recipient=0") }
    guard !deposit.isZero else { throw ContractRefusal("deposit=0") }
    guard let duration = deposit.divided(by: rate)?.quotient else {
      throw ContractRefusal("rate=0")
    }
    guard !duration.isZero else { throw ContractRefusal("duration=0") }
    let id = sum(state.lastStream, .one)
    let start = UInt256(state.time)
    state.lastStream = id
    state.streams[id] = PaymentStream(
      id: id, token: token, sender: sender, recipient: recipient, start: start,
      stop: sum(start, duration), ratePerSecond: rate, deposit: deposit, withdrawn: .zero,
      isHalted: false)
    return id
  }

  private func withdraw(
    _ id: UInt256, by caller: String, in state: inout State
  ) throws(ContractRefusal) {
    let stream = try find(id, in: state)
    guard stream.recipient == caller else { throw ContractRefusal("not recipient") }
    let amount = unpaid(stream, at: state.time)
    guard !amount.isZero else { throw ContractRefusal("nothing to withdraw") }
    state.streams[id]?.withdrawn = sum(stream.withdrawn, amount)
    pay(amount, of: stream, to: caller, in: &state)
  }

  private func terminate(
    _ id: UInt256, by caller: String, in state: inout State
  ) throws(ContractRefusal) {
    var stream = try find(id, in: state)
    guard caller == stream.sender || caller == stream.recipient else {
      throw ContractRefusal("not authorized")
    }
    let vested = max(vested(stream, at: state.time), stream.withdrawn)
    pay(vested.minus(stream.withdrawn) ?? .zero, of: stream, to: stream.recipient, in: &state)
    pay(stream.deposit.minus(vested) ?? .zero, of: stream, to: stream.sender, in: &state)
    stream.deposit = vested
    stream.withdrawn = vested
    switch contract {
    case .first: stream.recipient = PaymentStream.nobody
    case .second:
      stream.isHalted = true
      stream.stop = min(stream.stop, UInt256(state.time))
    }
    state.streams[id] = stream
  }

  private func halt(
    _ id: UInt256, by caller: String, in state: inout State
  ) throws(ContractRefusal) {
    guard caller == oracle else { throw ContractRefusal("not oracle") }
    var stream = try find(id, in: state)
    guard !stream.isHalted else { return }
    if contract == .second, UInt256(state.time) >= stream.stop { throw ContractRefusal("ended") }
    stream.isHalted = true
    stream.stop = min(stream.stop, UInt256(state.time))
    state.streams[id] = stream
  }

  private func topUp(
    _ id: UInt256, _ amount: UInt256, by caller: String, in state: inout State
  ) throws(ContractRefusal) {
    var stream = try find(id, in: state)
    guard !stream.isHalted else { throw ContractRefusal("halted") }
    guard stream.sender == caller else { throw ContractRefusal("not sender") }
    guard !amount.isZero else { throw ContractRefusal("amount=0") }
    guard let more = amount.divided(by: stream.ratePerSecond)?.quotient, !more.isZero else {
      throw ContractRefusal("delta=0")
    }
    let now = UInt256(state.time)
    stream.deposit = sum(stream.deposit, amount)
    switch contract {
    case .first: stream.stop = sum(max(stream.stop, now), more)
    case .second:
      if let pause = now.minus(stream.stop) { stream.start = sum(stream.start, pause) }
      let lasts = stream.deposit.divided(by: stream.ratePerSecond)?.quotient ?? .zero
      stream.stop = sum(stream.start, lasts)
    }
    state.streams[id] = stream
  }

  private func pay(
    _ amount: UInt256, of stream: PaymentStream, to address: String, in state: inout State
  ) {
    guard stream.token == token else { return }
    let account = state.account(address)
    state.accounts[address, default: Account()].tokens = sum(account.tokens, amount)
  }

  private func sum(_ a: UInt256, _ b: UInt256) -> UInt256 {
    guard let sum = a.plus(b) else { preconditionFailure("amounts of tests are small") }
    return sum
  }
}
