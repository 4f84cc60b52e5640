import OrienModel

extension Invocation {
  /// Asks a node of streams. What golem-provider's callers hear where there are none is an answer, and
  /// no failure. Where it is its payer's to ask, what opens the machine is enough.
  func askingOfStreams(
    naming machine: String? = nil, isPayers: Bool = false,
    _ ask: (NodeClient) throws(Failure) -> ExitCode
  ) throws(Failure) -> ExitCode {
    do throws(Failure) {
      let node = if let machine, isPayers { try node(of: machine) } else { try node() }
      return try ask(node)
    } catch {
      var members: [JSON.Member]
      var advice = error.message
      switch error.reason {
      case "payments-disabled":
        members = [.init("error", .string("streaming_disabled"))]
        advice += ": PAYMENTS_NETWORK says by which chain machines are paid for"
      case "no-stream":
        members = [.init("error", .string("no_stream_mapping"))]
        if let machine { members.append(.init("vm_id", .string(machine))) }
      default: throw error
      }
      if try !answered(.object(members)) { console.tell(advice) }
      return .negative
    }
  }
}

extension NodeClient {
  /// What its streams have to pay in.
  func tokenOfStreams() throws(Failure) -> Token {
    let address = try tokenOfGLM() ?? PaymentStream.nobody
    return Token(address, glm: address)
  }

  /// What the node calls GLM; nil where it does not say, or not to who asks.
  func tokenOfGLM() throws(Failure) -> String? {
    try json("GET", Paths.provider)["glm_token_address"]?.string
  }
}
