// As it stands in the ledger: whatever is nil has no member.

extension StreamClaim: JSONWritable {
  package func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("sender", sender)
      writer.field("rate", rate.description)
      writer.field("unknownSince", standing.unknownSince?.microseconds)
      writer.field("fault", standing.fault)
      writer.field("faultSince", standing.faultSince?.microseconds)
      writer.field("paidUntil", standing.paidUntil?.microseconds)
      writer.field("provenAt", provenAt?.microseconds)
      writer.field("claimedAt", claimedAt.microseconds)
      writer.field("updatedAt", updatedAt.microseconds)
    }
  }

  /// What `write` has written; the rest is the row's own.
  package init(
    _ json: JSON, stream: StreamName, holder: Holder, phase: Phase
  ) throws(Failure) {
    var object = try MemberReader(json, stream.description, reason: "stream")
    let moment = { (json: JSON) in json.int64.map { Timestamp(microseconds: $0) } }
    self.init(
      stream: stream, holder: holder, sender: try object.need("sender", as: \.string, "an address"),
      rate: try object.need(
        "rate", as: { $0.string.flatMap { UInt256(decimal: $0) } }, "an amount"),
      claimedAt: try object.need("claimedAt", as: moment, "a moment"))
    self.phase = phase
    updatedAt = try object.need("updatedAt", as: moment, "a moment")
    provenAt = try object.take("provenAt", as: moment, "a moment")
    standing.unknownSince = try object.take("unknownSince", as: moment, "a moment")
    standing.fault = try object.take("fault", as: \.string, "a reason")
    standing.faultSince = try object.take("faultSince", as: moment, "a moment")
    standing.paidUntil = try object.take("paidUntil", as: moment, "a moment")
  }
}

extension StreamClaim.Holder: CustomStringConvertible {
  package var description: String {
    switch self {
    case .machine(let id): "machine/\(id)"
    // A session's id has no slash in it, whatever its owner's name has.
    case .session(let owner, let session): "session/\(session)/\(owner)"
    }
  }

  package init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    switch (parts.first, parts.count) {
    case ("machine", 2): self = .machine(String(parts[1]))
    case ("session", 3):
      guard let session = SessionID(String(parts[1])) else { return nil }
      self = .session(Owner(String(parts[2])), session)
    default: return nil
    }
  }
}
