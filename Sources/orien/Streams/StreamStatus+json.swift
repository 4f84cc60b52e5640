import OrienModel

// As golem-provider's `streams --json` has it, whose readers know no other members.

/// A number of any length.
struct WholeNumber: JSONWritable {
  let value: UInt256

  func write(to writer: inout JSONWriter) { writer.write(raw: value.description) }
}

extension JSONWriter {
  mutating func field(_ name: String, wei: UInt256) { field(name, WholeNumber(value: wei)) }

  /// The number of a stream, which is one in that system and a text where it is none.
  fileprivate mutating func field(stream: String) {
    if let number = UInt256(decimal: stream) {
      field("stream_id", wei: number)
    } else {
      field("stream_id", stream)
    }
  }
}

extension StreamStatus {
  /// Why there is nothing to be read of it.
  var absence: String { error ?? reason }

  func writeListed(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("vm_id", machine.map { JSON.string($0) } ?? .null)
      writer.field(stream: stream)
      guard let chain else { return writer.field("error", absence) }
      writer.field("token", chain.token)
      writer.field("recipient", chain.recipient)
      writer.field("start", wei: chain.start)
      writer.field("stop", wei: chain.stop)
      writer.field("rate", wei: chain.ratePerSecond)
      writer.field("deposit", wei: chain.deposit)
      writer.field("withdrawn", wei: chain.withdrawn)
      writer.field("remaining", chain.remainingSeconds)
      writer.field("verified", isVerified)
      writer.field("reason", reason)
      writer.field("withdrawable", wei: chain.withdrawable)
    }
  }

  func writeEarned(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("vm_id", machine.map { JSON.string($0) } ?? .null)
      writer.field(stream: stream)
      guard let chain else { return writer.field("error", absence) }
      writer.field("token", chain.token)
      writer.field("vested", wei: chain.vested)
      writer.field("withdrawn", wei: chain.withdrawn)
      writer.field("withdrawable", wei: chain.withdrawable)
    }
  }
}

/// What streams have paid, together.
struct Earnings: Equatable {
  var vested = UInt256.zero
  var withdrawn = UInt256.zero
  var withdrawable = UInt256.zero

  mutating func add(_ stream: StreamStatus.OnChain) throws(Failure) {
    func sum(_ a: UInt256, _ b: UInt256) throws(Failure) -> UInt256 {
      guard let sum = a.plus(b) else {
        throw Failure(
          .internal, "bad-answer", "the streams have more than there can be of anything")
      }
      return sum
    }
    vested = try sum(vested, stream.vested)
    withdrawn = try sum(withdrawn, stream.withdrawn)
    withdrawable = try sum(withdrawable, stream.withdrawable)
  }

  init() {}

  init(of streams: [StreamStatus]) throws(Failure) {
    for case let chain? in streams.map(\.chain) { try add(chain) }
  }
}

extension Earnings: JSONWritable {
  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("vested", wei: vested)
      writer.field("withdrawn", wei: withdrawn)
      writer.field("withdrawable", wei: withdrawable)
    }
  }
}
