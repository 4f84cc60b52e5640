internal import OrienModel

extension StreamDesk {
  /// What became of transactions, as the role's page has it.
  package func outcome(_ hashes: [String]) throws -> [UInt8] {
    let words = try hashes.map { text throws(Failure) in
      guard let word = Bytes32(hex: text) else {
        throw Failure(.invalid, "bad-hash", "\(text.quoted) is no transaction's hash")
      }
      return word
    }
    return try asking(within: .seconds(45)) { client in
      let collections = try client.collections(words, of: terms.contract, by: recipient)
      let head = try head(client)
      // In a block that the newest is before: the two are of different chains.
      guard collections.all.allSatisfy({ ($0?.block ?? 0) <= head.number }) else {
        throw RPCFault.reorganised
      }
      var writer = JSONWriter()
      writer.object { writer in
        writer.field("block", Self.moment(head, head))
        writer.field(
          "transactions", zip(words, collections.all).map { Outcome($0, $1, head.number) })
        writer.field("next_nonce", Int64(clamping: collections.count))
      }
      return writer.bytes
    }
  }

  private struct Outcome: JSONWritable {
    let hash: Bytes32
    let collection: ChainClient.Collection?
    let head: UInt64

    init(_ hash: Bytes32, _ collection: ChainClient.Collection?, _ head: UInt64) {
      (self.hash, self.collection, self.head) = (hash, collection, head)
    }

    func write(to writer: inout JSONWriter) {
      writer.object { writer in
        writer.field("hash", hash.description)
        guard let collection else { return writer.field("state", "absent") }
        writer.field("state", collection.isReverted ? "reverted" : "included")
        writer.field("block", Int64(clamping: collection.block))
        writer.field("confirmations", Int64(clamping: head - collection.block + 1))
        writer.field("amount", collection.amount.description)
        writer.field("cost", collection.cost.description)
      }
    }
  }
}
