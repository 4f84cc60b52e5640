import OrienModel
import OrienNode

// Of streams that pay for machines. Each is known by its name behind GOLEM_PROVIDER_ too.
extension Setting {
  static let payments: [Setting] = [
    Setting(
      "PAYMENTS_NETWORK", \.payments.network,
      .optional(.choice(["l2.holesky": "l2.holesky", "mainnet": "mainnet", "dev": "dev"])),
      "Where streams are that have to pay for machines; none: nothing has to be paid. dev is a chain"
        + " of your own"),
    Setting(
      "STREAM_PROOF", \.payments.needsProof, .choice(["needed": true, "taken": false]),
      "What whoever names a stream has to show, but the operator: needed, that its sender has signed for"
        + " it; taken, nothing, and what is shown is checked"),
    Setting(
      "STREAM_MONITOR_ENABLED", \.payments.monitors, .flag,
      "Streams are looked at as long as they pay; else only before they do"),
    Setting(
      "STREAM_MONITOR_INTERVAL_SECONDS", \.payments.interval, .within(1...86_400),
      "How often that is"),
    Setting(
      "STREAM_MIN_REMAINING_SECONDS", \.payments.leastSeconds, .whole(0...31_536_000),
      "For how long a stream has to last: else it is not taken, and what it pays for is stopped"),
    Setting(
      "STREAM_GRACE_SECONDS", \.payments.grace, .within(0...31_536_000),
      "How long machines go on while the chain does not answer; then they are stopped"),
    Setting(
      "STREAM_STALE_SECONDS", \.payments.staleAfter, .optional(.within(10...31_536_000)),
      "A chain without a new block for so long counts as one that does not answer; for dev, never"),
    Setting(
      "STREAM_RETENTION_SECONDS", \.payments.retention, .optional(.within(0...31_536_000)),
      "How long a machine is kept, stopped, whose stream is over; none: until its renter deletes it"
    ),
    Setting(
      "STREAM_DELETE_ON_EXHAUSTED", \.payments.deletesOnExhaustion, .flag,
      "It is deleted at once"),
  ]
}
