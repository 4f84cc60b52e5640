import OrienModel

extension Command {
  /// `orien streams reconcile`: 1 where ledger and chain disagree.
  static func reconcile(_ invocation: Invocation) throws(Failure) -> ExitCode {
    try invocation.askingOfStreams { node throws(Failure) in
      let (json, bytes) = try node.exactly("GET", Paths.reconciliation)
      let balances = try StreamComparison.all(json)
      guard let agrees = json["agrees"]?.bool else { throw .unreadable("verdict") }
      if invocation.has(.json) {
        try invocation.console.line(String(decoding: bytes, as: UTF8.self))
      } else {
        try invocation.show(
          balances, agrees: agrees, block: json["block"]?["number"]?.string,
          token: try node.tokenOfStreams())
      }
      return agrees ? .success : .negative
    }
  }
}

/// What the chain has of one stream's withdrawals beside what the ledger has.
struct StreamComparison: Equatable {
  var stream: String
  var machine: String?
  /// By the chain.
  var withdrawn: UInt256
  /// By the node's ledger, as far as it is certain.
  var collected: UInt256
  var underWay: UInt256
  /// What gas has cost.
  var cost: UInt256
  var agrees: Bool
  /// Why they differ all the same.
  var cause: String?
  /// What sessions were charged, by the node and by the receipts; nil where it pays for none.
  var charged: Charged?

  struct Charged: Equatable {
    var account: UInt256
    var receipts: UInt256
    var isCovered: Bool
  }

  init(_ json: JSON) throws(Failure) {
    func amount(_ side: String, _ name: String) throws(Failure) -> UInt256 {
      guard let amount = json[side]?[name]?.string.flatMap({ UInt256(decimal: $0) }) else {
        throw .unreadable("\(side).\(name)")
      }
      return amount
    }
    guard let stream = json["stream_id"]?.string, let agrees = json["agrees"]?.bool else {
      throw .unreadable("stream_id")
    }
    self.stream = stream
    self.agrees = agrees
    machine = json["vm_id"]?.string
    withdrawn = try amount("chain", "withdrawn")
    collected = try amount("ledger", "collected")
    underWay = try amount("ledger", "under_way")
    cost = try amount("ledger", "gas_cost")
    cause = json["cause"]?.string
    guard let sessions = json["sessions"] else { return }
    charged = Charged(
      account: try amount("sessions", "charged"), receipts: try amount("sessions", "receipts"),
      isCovered: sessions["covered"]?.bool ?? false)
  }

  static func all(_ json: JSON) throws(Failure) -> [StreamComparison] {
    guard let streams = json["streams"]?.array else { throw .unreadable("list of streams") }
    return try streams.map { json throws(Failure) in try StreamComparison(json) }
  }

  /// By how much the chain has more, or less.
  func difference(in token: Token) -> String {
    if let more = withdrawn.minus(collected) {
      return more.isZero ? "" : "+" + TokenAmount(wei: more, token: token).text
    }
    return "-" + TokenAmount(wei: collected.minus(withdrawn) ?? .zero, token: token).text
  }

  var explanation: String {
    if let charged, !charged.isCovered {
      return charged.account == charged.receipts
        ? "more was had than it has paid" : "receipts say otherwise than the account"
    }
    return switch cause {
    case "under-way": "not certain yet"
    case "paid-at-end": "paid when it ended"
    case let other?: other
    case nil where agrees: ""
    case nil where withdrawn > collected: "withdrawn by somebody else who has the key"
    case nil: "not in the chain: see whether it is the same one"
    }
  }
}

extension Invocation {
  fileprivate func show(
    _ balances: [StreamComparison], agrees: Bool, block: String?, token: Token
  ) throws(Failure) {
    let text = { (wei: UInt256) in TokenAmount(wei: wei, token: token).text }
    var table = TextTable("STREAM", "FOR", "CHAIN", "LEDGER", "UNDER WAY", "DIFFERENCE", "WHY")
    for balance in balances {
      table.add(
        balance.stream, balance.machine ?? "", text(balance.withdrawn), text(balance.collected),
        text(balance.underWay), balance.difference(in: token), balance.explanation)
    }
    try console.write(table.text(console.style))
    let place = block.map { " at block \($0.printable)" } ?? ""
    let odd = balances.count { !$0.agrees }
    try console.line(
      agrees
        ? "\nledger and chain agree\(place)"
        : "\nledger and chain disagree\(place), in \(odd) of \(balances.count) streams")
    let charged = balances.compactMap(\.charged?.receipts)
    if !charged.isEmpty {
      let sum = charged.reduce(UInt256.zero) { $0.saturatingAdd($1) }
      try console.line("receipts of sessions come to \(TokenAmount(wei: sum, token: token).text)")
    }
    let costs = balances.map(\.cost).reduce(UInt256.zero) { $0.saturatingAdd($1) }
    try console.line("gas has cost \(TokenAmount(wei: costs, token: .ether).text)")
  }
}
