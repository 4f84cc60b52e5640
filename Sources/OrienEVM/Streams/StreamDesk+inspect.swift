internal import OrienModel

extension StreamDesk {
  /// Whether streams can be read now, as the role's page has it. What is wrong is told and not thrown.
  package func probe() -> [UInt8] {
    var reason: String?
    var balance: UInt256?
    do {
      balance = try check()
    } catch let failure as Failure {
      reason = failure.message
    } catch {
      reason = "\(error)"
    }
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("engine", "evm")
      writer.field("available", reason == nil)
      writer.field("reason", reason)
      writer.field("network", terms.network)
      writer.field("chain", "\(terms.chain)")
      writer.field("contract", terms.contract.address.description)
      writer.field("token", terms.token.description)
      writer.field("recipient", recipient.description)
      writer.field("can_collect", key != nil)
      writer.field("balance", balance?.description)
    }
    return writer.bytes
  }

  /// What the recipient has to pay gas with.
  private func check() throws -> UInt256 {
    try asking(within: .seconds(16)) { client in
      try requireContracts(client)
      let head = try head(client)
      // Of another contract, or of none, it would be something else or nothing.
      _ = try client.streams([UInt256.zero], of: terms.contract, at: head)
      _ = try version(client, at: head)
      return try client.balance(of: recipient, at: head)
    }
  }

  /// Whom streams have to pay, and whether that is for this machine to collect.
  package var payee: String { recipient.description }
  package var hasKey: Bool { key != nil }

  /// Streams at one moment: the newest that is deep enough, or `NUMBER:HASH` of an earlier answer.
  package func inspect(_ streams: [String], at name: String) throws -> [UInt8] {
    let ids = try streams.map { text throws(Failure) in try Self.id(text) }
    let wanted = try name.isEmpty ? nil : Self.moment(name)
    return try asking(within: .seconds(45)) { client in
      do {
        return try read(ids, client, wanted)
      } catch RPCFault.reorganised {
        if wanted != nil { throw Self.reorganised(name) }
        // Of the newest nobody has been told yet: then it is another one.
        return try read(ids, client, nil)
      }
    }
  }

  private func read(
    _ ids: [UInt256], _ client: ChainClient, _ wanted: (number: UInt64, hash: Bytes32)?
  ) throws -> [UInt8] {
    try requireContracts(client)
    let head = try head(client)
    return try read(ids, client, try block(wanted, client, head), head)
  }

  private func read(
    _ ids: [UInt256], _ client: ChainClient, _ block: Block, _ head: Block
  ) throws(RPCFault) -> [UInt8] {
    let version = ids.isEmpty ? .one : try version(client, at: block)
    let judge = StreamJudge(recipient: recipient.description, token: terms.token.description)
    var readings: [StreamReading] = []
    readings.reserveCapacity(ids.count)
    var rest = ids[...]
    while !rest.isEmpty {
      let part = rest.prefix(streamsInRequest)
      rest = rest.dropFirst(part.count)
      for stream in try client.streams(part, of: terms.contract, at: block) {
        readings.append(
          StreamReading(stream, by: judge, at: block.timestamp, version: version))
      }
    }
    var writer = JSONWriter(reservingBytes: 512 + 600 * readings.count)
    writer.object { writer in
      writer.field("block", Self.moment(block, head))
      writer.field("streams", readings)
    }
    return writer.bytes
  }

  private func block(
    _ wanted: (number: UInt64, hash: Bytes32)?, _ client: ChainClient, _ head: Block
  ) throws -> Block {
    guard let wanted else {
      let depth = min(terms.confirmations, head.number)
      return depth == 0 ? head : try client.block(head.number - depth)
    }
    let name = "\(wanted.number):\(wanted.hash)"
    guard wanted.number <= head.number else { throw Self.reorganised(name) }
    let block = wanted.number == head.number ? head : try client.block(wanted.number)
    guard block.hash == wanted.hash else { throw Self.reorganised(name) }
    return block
  }

  static func moment(_ block: Block, _ head: Block) -> ChainMoment {
    ChainMoment(
      number: block.number, hash: block.hash.description, time: block.timestamp,
      head: head.number, headTime: head.timestamp)
  }

  private static func moment(_ name: String) throws(Failure) -> (number: UInt64, hash: Bytes32) {
    let parts = name.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let number = UInt256(decimal: parts[0])?.uint64,
      let hash = Bytes32(hex: String(parts[1]))
    else {
      throw Failure(.invalid, "bad-block", "\(name.quoted): expected NUMBER:HASH")
    }
    return (number, hash)
  }

  private static func reorganised(_ name: String) -> Failure {
    Failure(.conflict, "reorganised", "block \(name) is none of the chain's any more")
  }
}
