import OrienModel

extension Command {
  /// Each stream is tried at the contract and its transaction sent before the node answers.
  private static let patience = Duration.seconds(600)

  /// `orien streams withdraw`: the node begins it, and sees it through by itself.
  static func withdraw(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let machine = invocation.value(.ofMachine)
    guard (machine == nil) == invocation.has(.ofAll) else {
      throw .usage("expected either --vm-id VM or --all", invocation.command)
    }
    let wanted = machine.map { JSON.Member("vm_id", .string($0)) } ?? .init("all", .bool(true))
    return try invocation.askingOfStreams(naming: machine) { node throws(Failure) in
      let progress = Progress("withdrawing", invocation.console)
      let (json, bytes) = try node.exactly(
        "POST", Paths.collections, body: .object([wanted]), patience: patience)
      progress.end()
      let results = try Withdrawal.all(json)
      if invocation.has(.json) {
        try invocation.console.line(String(decoding: bytes, as: UTF8.self))
      } else {
        try invocation.show(results, token: try node.tokenOfStreams())
      }
      return results.contains(where: \.isRefused) ? .negative : .success
    }
  }
}

/// What became of the wish to withdraw from a stream.
struct Withdrawal: Equatable {
  var stream: String
  /// Its id; nil where the stream pays for something else.
  var machine: String?
  /// How far it is: `sent` where all goes well; nil where it was not begun.
  var state: String?
  var amount = UInt256.zero
  var transaction: String?
  /// Why it was not begun, or is no further.
  var reason: String?
  var message: String?

  /// That there is nothing, or that it is on its way, is what was wished for.
  var isRefused: Bool {
    state == nil && !["nothing-to-collect", "under-way"].contains(reason)
  }

  init(_ json: JSON) throws(Failure) {
    guard let stream = json["stream_id"]?.string, let isBegun = json["begun"]?.bool else {
      throw .unreadable("withdrawal")
    }
    self.stream = stream
    machine = json["vm_id"]?.string
    let found = isBegun ? json["collection"] : json
    reason = found?["reason"]?.string
    message = found?["message"]?.string
    guard isBegun else { return }
    guard let state = found?["state"]?.string,
      let amount = found?["expected"]?.string.flatMap({ UInt256(decimal: $0) })
    else { throw .unreadable("withdrawal") }
    self.state = state
    self.amount = amount
    transaction = found?["transactions"]?.array?.last?["hash"]?.string
  }

  static func all(_ json: JSON) throws(Failure) -> [Withdrawal] {
    guard let results = json["results"]?.array else { throw .unreadable("list of withdrawals") }
    return try results.map { json throws(Failure) in try Withdrawal(json) }
  }
}

extension Invocation {
  fileprivate func show(_ results: [Withdrawal], token: Token) throws(Failure) {
    guard !results.isEmpty else { return try console.line("there are no streams") }
    var table = TextTable("STREAM", "FOR", "STATE", "AMOUNT", "TRANSACTION", "WHY")
    for result in results {
      table.add(
        result.stream, result.machine ?? "", result.state ?? "not begun",
        result.state == nil ? "" : TokenAmount(wei: result.amount, token: token).text,
        result.transaction ?? "", result.message ?? result.reason ?? "")
    }
    try console.write(table.text(console.style))
    if results.contains(where: { $0.state != nil }) {
      console.tell("the node sees them through; orien streams reconcile says what has arrived")
    }
  }
}
