/// What a stream is to pay for.
package enum StreamUse: Sendable, Equatable {
  /// A machine that is to be made, by the name that its renter gives it.
  case machine(String)
  case session(SessionID)
}

/// That the sender of a stream wants it to pay for something here. A stream's number is for everybody to
/// read, and whoever names it first would have what it pays for.
package struct StreamProof: Sendable, Equatable {
  /// As the signed text has it.
  package var signedAt: Timestamp
  /// `0x` and 64 or 65 bytes, of either case.
  package var signature: String

  /// It is good for so long, and by so much its sender's clock may be ahead. It is good once.
  package static let lifetimeSeconds: Int64 = 600

  package init(signedAt: Timestamp, signature: String) {
    self.signedAt = signedAt
    self.signature = signature
  }

  /// Reads an object of a moment, by its name in the caller's dialect, and a signature.
  package init(_ json: JSON, momentAs name: String) throws(Failure) {
    func fault(_ place: String, _ message: String) -> Failure {
      Failure(.invalid, "invalid-proof", message, faults: [.init(place, message)])
    }
    guard let members = json.members else {
      throw fault("", "expected an object with \(name) and signature")
    }
    if let other = members.first(where: { $0.name != name && $0.name != "signature" }) {
      let place = JSONPointer().appending(other.name).description
      throw fault(place, "\(other.name.quoted) is not known: expected \(name) and signature")
    }
    guard let moment = json[name]?.string.flatMap({ Timestamp(iso8601: $0) }) else {
      throw fault("/" + name, "\(name): expected a moment as 2026-11-27T20:48:47.000Z")
    }
    guard let signature = json["signature"]?.string, Self.isSignature(signature) else {
      throw fault("/signature", "signature: expected 0x and 130 hexadecimal digits, or 128")
    }
    self.init(signedAt: moment, signature: signature)
  }

  private static func isSignature(_ text: String) -> Bool {
    let digits = text.utf8.dropFirst(2)
    return text.utf8.starts(with: "0x".utf8) && [128, 130].contains(digits.count)
      && digits.allSatisfy { $0.hexValue != nil }
  }
}

/// A stream as somebody names it to pay for something.
package struct NamedStream: Sendable, Equatable {
  /// By its contract's number, in decimal digits.
  package var id: String
  package var proof: StreamProof?
  /// Who names it is the node's operator, who is paid.
  package var isOperators: Bool

  package init(_ id: String, proof: StreamProof? = nil, isOperators: Bool = false) {
    self.id = id
    self.proof = proof
    self.isOperators = isOperators
  }
}

/// What the sender signs: a text for people that is of no use elsewhere, for another chain, contract,
/// stream, node or use has another.
package struct StreamConsent: Sendable, Equatable {
  package var use: StreamUse
  package var stream: StreamName
  package var recipient: String
  /// The key that the node signs receipts with, for no two nodes have one.
  package var node: String

  package init(_ use: StreamUse, by stream: StreamName, to recipient: String, at node: String) {
    self.use = use
    self.stream = stream
    self.recipient = recipient
    self.node = node
  }

  package func text(at moment: Timestamp) -> String {
    let what =
      switch use {
      case .machine(let name): "machine \(name)"
      case .session(let id): "session \(id)"
      }
    return """
      I want my payment stream to pay for \(what).

      Stream: \(stream.id)
      Contract: \(stream.contract)
      Chain: \(stream.chain)
      Recipient: \(recipient)
      Node: \(node)
      Signed at: \(moment.iso8601)
      """
  }
}
