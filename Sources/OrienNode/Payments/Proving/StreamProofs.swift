package import OrienModel

/// Holds whoever names a stream to what its sender has signed: the sender alone says for what it pays.
/// Belongs to the loop.
package final class StreamProofs {
  /// Who has made both keeps it.
  private unowned let host: any PaymentHost
  /// The key that the node is known by.
  let node: String
  /// Else one that is given is checked, and nobody has to give one.
  private let isNeeded: Bool
  private let now: () -> Timestamp

  package init(
    of host: any PaymentHost, node: String, isNeeded: Bool, now: @escaping () -> Timestamp
  ) {
    self.host = host
    self.node = node
    self.isNeeded = isNeeded
    self.now = now
  }

  /// Whether a stream may pay for something, and when its sender has signed that; nil where nobody had
  /// to. That it was not used before the ledger sees to, with the claim.
  func check(
    _ named: NamedStream, for use: StreamUse, sender: String, _ terms: PaymentTerms,
    then answer: @escaping (Result<Timestamp?, Failure>) -> Void
  ) {
    let consent = StreamConsent(
      use, by: terms.name(of: named.id), to: terms.recipient, at: node)
    let now = now()
    guard let proof = named.proof else {
      guard isNeeded, !named.isOperators else { return answer(.success(nil)) }
      return answer(
        .failure(consent.refusal("proof-needed", "for whom its sender says", sender, at: now)))
    }
    let age = (now.microseconds - proof.signedAt.microseconds) / 1_000_000
    guard abs(age) <= StreamProof.lifetimeSeconds else {
      let what =
        age > 0
        ? "while a proof is new, and this is \(age) seconds old"
        : "once a proof is signed, and this is of \(-age) seconds from now"
      return answer(.failure(consent.refusal("proof-expired", what, sender, at: now)))
    }
    host.signer(of: consent.text(at: proof.signedAt), by: proof.signature) { result in
      answer(
        Result { () throws(Failure) in
          let signer: String
          do throws(Failure) { signer = try result.get() } catch {
            throw use.refusal(of: error)
          }
          guard signer.isSameAddress(as: sender) else {
            throw consent.refusal(
              "proof-wrong", "for whom its sender says, and \(signer) has signed, or another text",
              sender, at: now, code: .denied)
          }
          return proof.signedAt
        })
    }
  }
}

extension StreamUse {
  /// Where a proof stands in what is asked, and what a moment is called there.
  fileprivate var words: (proof: String, moment: String) {
    switch self {
    case .machine: ("stream_proof", "signed_at")
    case .session: ("payment.proof", "signedAt")
    }
  }

  /// What a backend says of a signature.
  fileprivate func refusal(of failure: Failure) -> Failure {
    guard failure.code == .invalid else {
      return Failure(
        .unavailable, "payments-unknown",
        "nobody can say who has signed for the stream: \(failure.message)")
    }
    return Failure(.invalid, "invalid-proof", "\(words.proof): \(failure.message)")
  }
}

extension StreamConsent {
  /// Tells whoever asks what is to be signed, and where it is to be sent.
  fileprivate func refusal(
    _ reason: String, _ why: String, _ sender: String, at now: Timestamp,
    code: Failure.Code = .unpaid
  ) -> Failure {
    let words = use.words
    return Failure(
      code, reason,
      "stream \(stream.id) pays \(why): have \(sender) sign the text in `proof`, as personal_sign"
        + " does, and send \(words.proof) with \(words.moment) and the signature",
      details: [
        .init(
          "proof",
          .object([
            .init("signer", .string(sender)), .init("text", .string(text(at: now))),
            .init(words.moment, .string(now.iso8601)),
          ]))
      ])
  }
}

extension String {
  /// Of addresses, of which the case is only a checksum. It takes as long whichever bytes differ.
  fileprivate func isSameAddress(as other: String) -> Bool {
    let (own, others) = (Array(utf8), Array(other.utf8))
    guard own.count == others.count else { return false }
    let difference = zip(own, others).reduce(UInt8(0)) { $0 | ($1.0.lowercased ^ $1.1.lowercased) }
    return difference == 0
  }
}

extension UInt8 {
  fileprivate var lowercased: UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
  }
}
