import OrienModel
import OrienSystem

extension Command {
  /// `orien streams prove`: what the sender of a stream signs, and with a key the signature.
  static func proveStream(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let stream = try invocation.number(
      ofStream: invocation.operands[0], as: invocation.operands[0].printable)
    let use = try invocation.useOfStream()
    let key = try invocation.sender()
    let signer = try StreamSigner(use, by: stream, try invocation.node())
    let moment = Timestamp.now
    let text = signer.consent.text(at: moment)
    guard let key else {
      let told = JSON.object([
        .init("text", .string(text)), .init(use.momentName, .string(moment.iso8601)),
      ])
      if try !invocation.answered(told) { try invocation.console.line(text) }
      return .success
    }
    let proof = try signer.proof(by: key, at: moment)
    if try invocation.answered(proof.json(for: use).adding("text", .string(text))) {
      return .success
    }
    invocation.console.tell(text)
    try invocation.console.line(String(decoding: proof.json(for: use).compact, as: UTF8.self))
    return .success
  }
}

extension Invocation {
  fileprivate func useOfStream() throws(Failure) -> StreamUse {
    switch (value(.forMachine), value(.forSession)) {
    case (let name?, nil): return .machine(name)
    case (nil, let text?):
      guard let id = SessionID(text) else {
        throw .usage("--session \(text.printable): is no session's id", command)
      }
      return .session(id)
    default: throw .usage("expected --vm or --session: what the stream is to pay for", command)
    }
  }
}

extension JSON {
  fileprivate func adding(_ name: String, _ value: JSON) -> JSON {
    .object((members ?? []) + [.init(name, value)])
  }
}

extension Option {
  static let forMachine = Option("vm", value: "NAME", "It is to pay for a machine of this name")
  static let forSession = Option("session", value: "ID", "It is to pay for this session")
}
