import OrienHTTP
import OrienModel
import OrienNode

// Streams that pay for machines, as the node has seen them last.
extension Endpoint {
  static let payments: [Endpoint] = [
    Endpoint(
      .get, "/api/v1/vms/{name}/stream", "Look at the stream that pays for a machine.",
      answers: [
        .json("As it was seen last", "StreamStatus"),
        .problem(.badRequest, "Streaming payments are not enabled on this provider"),
        .problem(.notFound, "There is no such VM, it is another's, or none pays for it"),
        .problem(.serviceUnavailable, "This node rents no machines"),
      ]
    ) { api, inquiry throws(Failure) in try api.sendStream(inquiry) },
    Endpoint(
      .get, "/api/v1/payments/streams",
      "List the streams that pay for one's machines; the operator's list has everybody's.",
      answers: [
        .json("Those that are not over", "StreamStatuses"),
        .problem(.badRequest, "Streaming payments are not enabled on this provider"),
      ]
    ) { api, inquiry throws(Failure) in try api.listStreams(inquiry) },
  ]
}

extension API {
  /// Streams, where anything has to be paid.
  func streams() throws(Failure) -> PaymentService {
    guard let payments, payments.settings.isOn else {
      throw Failure(
        .invalid, "payments-disabled", "streaming payments not enabled on this provider")
    }
    return payments
  }

  func sendStream(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    let payments = try streams()
    let rental = try rental(inquiry)
    guard let claim = payments.claim(of: .machine(rental.id)) else {
      throw Failure(.notFound, "no-stream", "no stream mapped for this VM")
    }
    inquiry.exchange.answer { $0.write(claim, payments, machine: rental.name) }
  }

  func listStreams(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    let payments = try streams()
    let claims = payments.claims.values.sorted { ($0.number ?? 0) < ($1.number ?? 0) }
    inquiry.exchange.answer { writer in
      writer.array { writer in
        for claim in claims {
          let rental = claim.machine.flatMap { machines?.rentals?.find($0) }
          let isMine = rental.map { inquiry.caller.maySee($0) } ?? inquiry.caller.isOperator
          if isMine { writer.write(claim, payments, machine: rental?.name) }
        }
      }
    }
  }
}

extension Caller {
  func maySee(_ rental: Rental) -> Bool {
    isOperator || (rental.owner == owner && (machine == nil || machine == rental.id))
  }
}

extension JSONWriter {
  /// Amounts are numbers, as the dialect has them, and once more text, for whoever reads numbers as
  /// floating ones.
  fileprivate mutating func write(
    _ claim: StreamClaim, _ payments: PaymentService, machine: String?
  ) {
    let reading = payments.readings[claim.stream]
    let standing = claim.standing
    object { writer in
      writer.fieldOrNull("vm_id", machine)
      writer.field("holder", claim.holder.description)
      writer.field("stream_id", claim.stream.id)
      writer.field("contract", claim.stream.contract)
      writer.field("chain_id", claim.stream.chain)
      writer.field("verified", standing.word == "good")
      writer.field("reason", standing.reason(payments))
      writer.field("state", payments.word(of: claim))
      writer.fieldOrNull("since", standing.unknownSince ?? standing.faultSince)
      writer.field("phase", claim.phase.rawValue)
      writer.field("required_rate_wei", claim.rate.description)
      guard let reading, let stream = reading.stream, let moment = payments.moment else {
        writer.fieldOrNull("chain", String?.none)
        writer.fieldOrNull("computed", String?.none)
        return
      }
      writer.object("chain") { $0.fields(of: stream) }
      writer.object("computed") { writer in
        writer.field("now", Int64(clamping: moment.time))
        writer.field("remaining_seconds", Int64(clamping: reading.remainingSeconds))
        writer.amount("vested_wei", reading.vested)
        writer.amount("withdrawable_wei", reading.withdrawable)
      }
      writer.object("text") { writer in
        writer.field("ratePerSecond", stream.ratePerSecond.description)
        writer.field("deposit", stream.deposit.description)
        writer.field("withdrawn", stream.withdrawn.description)
        writer.field("vested_wei", reading.vested.description)
        writer.field("withdrawable_wei", reading.withdrawable.description)
      }
    }
  }

  private mutating func fields(of stream: PaymentStream) {
    field("token", stream.token)
    field("sender", stream.sender)
    field("recipient", stream.recipient)
    amount("startTime", stream.start)
    amount("stopTime", stream.stop)
    amount("ratePerSecond", stream.ratePerSecond)
    amount("deposit", stream.deposit)
    amount("withdrawn", stream.withdrawn)
    field("halted", stream.isHalted)
  }

  /// A whole number, however many digits it has.
  mutating func amount(_ name: String, _ amount: UInt256) {
    self.name(name)
    write(raw: amount.description)
  }
}

extension StreamClaim.Standing {
  fileprivate func reason(_ payments: PaymentService) -> String {
    if unknownSince != nil {
      return "stream lookup failed: \(payments.trouble?.message ?? "it is another contract's")"
    }
    guard let fault else { return "ok" }
    return StreamFault(rawValue: fault)?.message ?? fault
  }
}
