import OrienLedger
package import OrienModel
import OrienSystem

// What the ledger has, for whoever asks on the loop.

extension Collections {
  /// The newest first.
  package func list(
    ofStream id: String?, atMost limit: Int,
    then answer: @escaping (Result<[StreamCollection], Failure>) -> Void
  ) {
    parts.ledger.collections(ofStream: id, atMost: limit, then: parts.loop.reply(answer))
  }

  package func claims(
    atMost limit: Int, then answer: @escaping (Result<[StreamClaim], Failure>) -> Void
  ) {
    parts.ledger.claims(atMost: limit, then: parts.loop.reply(answer))
  }

  package func claim(
    of holder: StreamClaim.Holder,
    then answer: @escaping (Result<StreamClaim?, Failure>) -> Void
  ) {
    parts.ledger.claim(of: holder, then: parts.loop.reply(answer))
  }
}
