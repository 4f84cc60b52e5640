import OrienModel
import OrienSystem

// Commands that show streams.
extension Command {
  static func listStreams(_ invocation: Invocation) throws(Failure) -> ExitCode {
    try invocation.askingOfStreams { node throws(Failure) in
      let streams = try StreamStatus.all(try node.exactly("GET", Paths.streams).json)
      if invocation.has(.json) {
        try invocation.console.json { writer in
          writer.object { writer in
            writer.array("streams") { writer in
              for stream in streams { stream.writeListed(to: &writer) }
            }
          }
        }
        return .success
      }
      let glm = try node.tokenOfGLM()
      var table = TextTable("FOR", "STREAM", "STATE", "AN HOUR", "REMAINING", "TO WITHDRAW", "WHY")
      for stream in streams {
        let chain = stream.chain
        let token = chain.map { Token($0.token, glm: glm) } ?? .ether
        table.add(
          stream.payee, stream.stream, stream.standing,
          chain?.hourly.map { TokenAmount(wei: $0, token: token).text } ?? "",
          chain.map(\.remainingSeconds.wordsOfTime) ?? "",
          chain.map { TokenAmount(wei: $0.withdrawable, token: token).text } ?? "",
          stream.isVerified && stream.error == nil ? "" : stream.absence)
      }
      try invocation.console.write(table.text(invocation.console.style))
      return .success
    }
  }

  static func showStream(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let name = invocation.operands[0]
    return try invocation.askingOfStreams(naming: name, isPayers: true) { node throws(Failure) in
      let (json, bytes) = try node.exactly("GET", Paths.stream(name))
      let stream = try StreamStatus(json)
      if invocation.has(.json) {
        try invocation.console.line(String(decoding: bytes, as: UTF8.self))
        return .success
      }
      for (name, text) in stream.rows(glm: try node.tokenOfGLM()) where !text.isEmpty {
        try invocation.console.line("\(name): \(text.printable)")
      }
      return .success
    }
  }

  static func sumEarnings(_ invocation: Invocation) throws(Failure) -> ExitCode {
    try invocation.askingOfStreams { node throws(Failure) in
      let streams = try StreamStatus.all(try node.exactly("GET", Paths.streams).json)
      let totals = try Earnings(of: streams)
      if invocation.has(.json) {
        try invocation.console.json { writer in
          writer.object { writer in
            writer.array("streams") { writer in
              for stream in streams { stream.writeEarned(to: &writer) }
            }
            writer.field("totals", totals)
          }
        }
        return .success
      }
      try invocation.show(earnings: streams, glm: try node.tokenOfGLM())
      return .success
    }
  }
}

extension Invocation {
  /// A line for each stream, and one for each token with the sums of those that pay in it.
  fileprivate func show(earnings streams: [StreamStatus], glm: String?) throws(Failure) {
    var table = TextTable("FOR", "STREAM", "EARNED", "WITHDRAWN", "TO WITHDRAW")
    var tokens: [Token] = []
    var totals: [Token: Earnings] = [:]
    func add(_ name: String, _ stream: String, _ sums: Earnings, _ token: Token) {
      let texts = [sums.vested, sums.withdrawn, sums.withdrawable].map {
        TokenAmount(wei: $0, token: token).text
      }
      table.add(name, stream, texts[0], texts[1], texts[2])
    }
    for stream in streams {
      guard let chain = stream.chain else { continue }
      let token = Token(chain.token, glm: glm)
      if totals[token] == nil { tokens.append(token) }
      try totals[token, default: Earnings()].add(chain)
      add(stream.payee, stream.stream, try Earnings(of: [stream]), token)
    }
    for token in tokens { add("all", "", totals[token] ?? Earnings(), token) }
    try console.write(table.text(console.style))
    for stream in streams where stream.chain == nil {
      console.tell(
        "\(stream.payee.printable), stream \(stream.stream.printable), is not among them: "
          + stream.absence.printable)
    }
  }
}

extension StreamStatus.OnChain {
  /// What it pays in an hour; nil where that is more than there can be.
  var hourly: UInt256? { ratePerSecond.times(3600) }
}

extension StreamStatus {
  fileprivate func rows(glm: String?) -> [(String, String)] {
    var rows = [
      ("for", payee), ("stream", stream),
      ("state", standing + (since.map { ", since \($0)" } ?? "")),
      ("why", isVerified && error == nil ? "" : absence),
    ]
    guard let chain else { return rows }
    let token = Token(chain.token, glm: glm)
    let amount = { (wei: UInt256) in TokenAmount(wei: wei, token: token).text }
    rows += [
      ("sender", chain.sender), ("recipient", chain.recipient), ("token", chain.token),
      (
        "pays",
        (chain.hourly.map { "\(amount($0)) an hour, " } ?? "")
          + "\(chain.ratePerSecond) wei a second"
      ),
      ("from", Self.moment(chain.start)), ("to", Self.moment(chain.stop)),
      ("remaining", chain.remainingSeconds.wordsOfTime),
      ("deposit", amount(chain.deposit)), ("earned", amount(chain.vested)),
      ("withdrawn", amount(chain.withdrawn)), ("to withdraw", amount(chain.withdrawable)),
      ("halted", chain.isHalted ? "yes" : ""),
    ]
    return rows
  }

  /// Of the chain's clock, as people read it, as long as their calendar has it.
  private static func moment(_ seconds: UInt256) -> String {
    guard let seconds = seconds.uint64, seconds < 253_402_300_800 else { return "later than ever" }
    return Timestamp(microseconds: Int64(seconds) * 1_000_000).iso8601
  }
}
