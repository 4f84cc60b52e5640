package import OrienModel

/// A stream that has been seen to pay enough, before it is claimed.
package struct VerifiedStream: Sendable, Equatable {
  package var name: StreamName
  package var sender: String
  /// What it has to pay a second for what it is to pay for.
  package var rate: UInt256
  package var paidUntil: Timestamp
  /// When its sender has signed that it may; nil where nobody had to.
  package var provenAt: Timestamp?

  package init(name: StreamName, sender: String, rate: UInt256, paidUntil: Timestamp) {
    self.name = name
    self.sender = sender
    self.rate = rate
    self.paidUntil = paidUntil
  }

  package func claim(for holder: StreamClaim.Holder, at now: Timestamp) -> StreamClaim {
    var claim = StreamClaim(
      stream: name, holder: holder, sender: sender, rate: rate, claimedAt: now)
    claim.standing.paidUntil = paidUntil
    claim.provenAt = provenAt
    return claim
  }
}
