package import OrienModel

/// What the kernel asks of streams that pay for sessions. Belongs to the loop.
///
/// What has vested is as somebody has seen it lately, and never what a stream may pay later. Nobody
/// who cannot be asked makes a stream bad: what is not known for longer than is good is a failure
/// `unavailable`, and a stream that does not pay is one `unpaid`, by the fault's name.
package protocol SessionFunds: AnyObject {
  /// Whether a stream pays for a session: it says nothing of whether it has funds.
  func pays(for session: SessionKey) -> Bool

  /// What there is of the stream that somebody names to pay for a session, or else of the one that does. Answers on the loop, at once where that is known. With the answer of a stream
  /// that pays for nothing yet comes a claim, for the ledger to keep.
  func funds(
    of stream: NamedStream?, for session: SessionKey,
    then answer: @escaping (Result<StreamFunds, Failure>) -> Void)

  /// The ledger has kept the claim that came with an answer. May be told more than once.
  func noteKept(_ claim: StreamClaim)
}
