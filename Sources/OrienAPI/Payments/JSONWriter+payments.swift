import OrienModel
import OrienNode

// How it goes with streams, as the operator is told.

extension PaymentService {
  /// Whether it pays, as it is told of a stream: one that was never read may do either.
  func word(of claim: StreamClaim) -> String {
    readings[claim.stream] == nil ? "unknown" : claim.standing.word
  }

  /// How many streams are in each of the three.
  var census: [(state: String, count: Int)] {
    ["good", "bad", "unknown"].map { state in
      (state, claims.values.count { word(of: $0) == state })
    }
  }
}

extension JSONWriter {
  mutating func write(payments: PaymentService) {
    let terms = payments.terms
    object("payments") { writer in
      writer.fieldOrNull("network", payments.settings.network)
      writer.fieldOrNull("chain_id", terms?.chain)
      writer.fieldOrNull("contract", terms?.contract)
      writer.fieldOrNull("token", terms?.token)
      writer.fieldOrNull("wallet", terms?.recipient)
      writer.fieldOrNull("can_withdraw", terms?.canCollect)
      writer.object("streams") { writer in
        for (state, count) in payments.census { writer.field(state, count) }
      }
      writer.fieldOrNull("read_at", payments.lookedAt)
      writer.fieldOrNull("block", payments.moment.map { Int64(clamping: $0.number) })
      writer.fieldOrNull("unknown_since", payments.unknownSince)
      writer.fieldOrNull("reason", payments.trouble?.message)
    }
  }
}

extension PaymentService {
  func write(to text: inout MetricsText) {
    text.family("orien_streams", "gauge", "Streams that pay for something, by whether they do")
    for (state, count) in census { text.sample("orien_streams", [("state", state)], count) }
    text.gauge(
      "orien_streams_read_timestamp_seconds",
      "When all of them were read last, since 1970; 0: not yet",
      (lookedAt?.microseconds ?? 0) / 1_000_000)
  }
}
