internal import OrienModel

/// The contract that streams are in, as it is called and read.
///
/// There are two of it with one interface. Of the second a stream that is over says so, and at its
/// stop all of its deposit has vested.
struct StreamContract: Sendable, Equatable {
  let address: Address

  private static let uint128 = ABIType.unsigned(bits: 128)
  private static let streams = ABIFunction(
    "streams", [.uint256],
    gives: [
      .address, .address, .address, uint128, uint128, uint128, .uint256, .uint256, .bool,
    ])
  private static let withdraw = ABIFunction("withdraw", [.uint256])
  private static let version = ABIFunction("version", [], gives: [.uint256])
  private static let withdrawn = ABIEvent(
    "Withdraw", [.indexed(.uint256), .indexed(.address), .data(.uint256)])
}

// MARK: Calls

extension StreamContract {
  func reading(_ id: UInt256) -> ChainClient.Call {
    ChainClient.Call(to: address, data: Self.data(Self.streams, [.unsigned(id)]))
  }

  var versionCall: ChainClient.Call {
    ChainClient.Call(to: address, data: Self.data(Self.version, []))
  }

  func withdrawal(of id: UInt256, by recipient: Address) -> ChainClient.Call {
    ChainClient.Call(to: address, data: Self.withdrawal(of: id), from: recipient)
  }

  /// What a transaction has as data that collects the stream.
  static func withdrawal(of id: UInt256) -> [UInt8] { data(withdraw, [.unsigned(id)]) }

  private static func data(_ function: ABIFunction, _ arguments: [ABIValue]) -> [UInt8] {
    guard let data = try? function.call(arguments) else {
      preconditionFailure("arguments are of the function's types")
    }
    return data
  }
}

// MARK: Answers

extension StreamContract {
  func stream(_ id: UInt256, in bytes: [UInt8]) throws(RPCFault) -> PaymentStream {
    let values: [ABIValue]
    do throws(Failure) { values = try Self.streams.results(in: bytes) } catch {
      throw .malformed("streams(\(id)): \(error.message)")
    }
    let addresses = values.compactMap(\.address)
    let numbers = values.compactMap(\.unsigned)
    guard addresses.count == 3, numbers.count == 5, let isHalted = values.last?.bool else {
      preconditionFailure("values are of the function's types")
    }
    return PaymentStream(
      id: id, token: addresses[0].description, sender: addresses[1].description,
      recipient: addresses[2].description, start: numbers[0], stop: numbers[1],
      ratePerSecond: numbers[2], deposit: numbers[3], withdrawn: numbers[4], isHalted: isHalted)
  }

  /// The first of the two has no such function, and refuses.
  func version(_ outcome: ChainClient.Outcome) throws(RPCFault) -> UInt256 {
    guard case .returned(let bytes) = outcome, !bytes.isEmpty else { return .one }
    guard let number = try? Self.version.results(in: bytes).first?.unsigned else {
      throw .malformed("version(): no number")
    }
    return number
  }

  /// How much of this stream the logs say was paid out to whom; nil where they do not say it once.
  func paid(_ id: UInt256, to recipient: Address, _ logs: [Log]) -> UInt256? {
    let amounts = logs.compactMap { log -> UInt256? in
      guard log.address == address,
        let values = try? Self.withdrawn.values(topics: log.topics, data: log.data),
        values[0].unsigned == id, values[1].address == recipient
      else { return nil }
      return values[2].unsigned
    }
    return amounts.count == 1 ? amounts[0] : nil
  }

  /// The stream that a transaction's data collects; nil where it is another call.
  static func withdrawn(by data: [UInt8]) -> UInt256? {
    guard let arguments = try? withdraw.arguments(ofCall: data) else { return nil }
    return arguments.first?.unsigned
  }
}

extension StreamReading {
  /// What vests is the contract's to say, and the second of them has another word on the end.
  init(_ stream: PaymentStream, by judge: StreamJudge, at now: UInt64, version: UInt256) {
    self.init(stream, by: judge, at: now)
    guard version > 1, !stream.isHalted, stream.stop <= UInt256(now), !stream.isInconsistent else {
      return
    }
    vested = stream.deposit
    withdrawable = stream.deposit.minus(stream.withdrawn) ?? .zero
  }
}
