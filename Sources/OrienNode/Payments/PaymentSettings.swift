package import OrienModel

/// What the operator has decided about streams that pay.
package struct PaymentSettings: Sendable {
  /// On which network streams are; nil: nothing has to be paid.
  package var network: String?
  /// A stream pays only for whom its sender has signed that it may; else that is only looked at where it
  /// comes.
  package var needsProof = true
  /// Streams are looked at again as long as they pay; else only before they do.
  package var monitors = true
  package var interval = Duration.seconds(30)
  /// For how long a stream has to last, or what it pays for is stopped.
  package var leastSeconds: UInt64 = 0
  /// How long what runs goes on while nobody can say whether it is paid.
  package var grace = Duration.seconds(3600)
  /// After so long without a new block nobody believes the last; nil: a chain may stand still.
  package var staleAfter: Duration? = .seconds(600)
  /// How long what is not paid any more is kept; nil: as long as its renter likes.
  package var retention: Duration?
  /// What is not paid any more is deleted at once.
  package var deletesOnExhaustion = false

  /// What a micro unit of tools' prices is in wei; nil: streams pay for no sessions.
  package var microUnitWei: UInt256?

  package init() {}

  package var isOn: Bool { network != nil }
}
