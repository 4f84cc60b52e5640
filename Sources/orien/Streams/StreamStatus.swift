import OrienModel

/// What a node says of a stream that pays for something.
struct StreamStatus: Equatable {
  /// Nil where it pays for something else, or for what is gone.
  var machine: String?
  /// What it pays for, as the node's ledger names it.
  var holder: String?
  var stream: String
  var isVerified: Bool
  var reason: String
  /// `good`, `bad`, or `unknown` where nobody can say.
  var standing: String
  /// Since when it is not good.
  var since: String?
  /// Why nobody can say.
  var error: String?
  /// Nil where nothing was read of it.
  var chain: OnChain?

  /// As the chain has it, at the moment of its newest reading.
  struct OnChain: Equatable {
    var token: String
    var sender: String
    var recipient: String
    var start: UInt256
    var stop: UInt256
    var ratePerSecond: UInt256
    var deposit: UInt256
    var withdrawn: UInt256
    var isHalted: Bool
    var remainingSeconds: UInt64
    var vested: UInt256
    var withdrawable: UInt256
  }
}

// MARK: Reading

extension StreamStatus {
  /// Of an answer that was read with its numbers as texts, for they may be longer than any of ours.
  init(_ json: JSON) throws(Failure) {
    func text(_ name: String) throws(Failure) -> String {
      guard let text = json[name]?.string else { throw .unreadable(name) }
      return text
    }
    guard let isVerified = json["verified"]?.bool else { throw .unreadable("verified") }
    machine = json["vm_id"]?.string
    holder = json["holder"]?.string
    stream = try text("stream_id")
    self.isVerified = isVerified
    reason = try text("reason")
    standing = json["state"]?.string ?? (isVerified ? "good" : "bad")
    since = json["since"]?.string
    error = json["error"]?.string
    guard let onChain = json["chain"], onChain.members != nil else { return }
    chain = try OnChain(onChain, json["computed"] ?? .null)
  }

  /// What it pays for, as people call it.
  var payee: String { machine ?? holder ?? "" }

  static func all(_ json: JSON) throws(Failure) -> [StreamStatus] {
    guard let streams = json.array else { throw .unreadable("list of streams") }
    return try streams.map { json throws(Failure) in try StreamStatus(json) }
  }
}

extension StreamStatus.OnChain {
  fileprivate init(_ chain: JSON, _ computed: JSON) throws(Failure) {
    func text(_ name: String) throws(Failure) -> String {
      guard let text = chain[name]?.string else { throw .unreadable(name) }
      return text
    }
    func amount(_ name: String, of json: JSON) throws(Failure) -> UInt256 {
      guard let amount = json[name]?.string.flatMap({ UInt256(decimal: $0) }) else {
        throw .unreadable(name)
      }
      return amount
    }
    guard let isHalted = chain["halted"]?.bool else { throw .unreadable("halted") }
    self.init(
      token: try text("token"), sender: try text("sender"), recipient: try text("recipient"),
      start: try amount("startTime", of: chain), stop: try amount("stopTime", of: chain),
      ratePerSecond: try amount("ratePerSecond", of: chain),
      deposit: try amount("deposit", of: chain), withdrawn: try amount("withdrawn", of: chain),
      isHalted: isHalted,
      remainingSeconds: try amount("remaining_seconds", of: computed).uint64 ?? .max,
      vested: try amount("vested_wei", of: computed),
      withdrawable: try amount("withdrawable_wei", of: computed))
  }
}

extension Failure {
  static func unreadable(_ what: String) -> Failure {
    Failure(.internal, "bad-answer", "the node's answer has no \(what) that could be one")
  }
}
