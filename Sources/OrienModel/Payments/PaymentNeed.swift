/// What a caller names to pay for its session with.
package enum PaymentOffer: Sendable, Equatable {
  /// The most that all of the session's executions may cost together, in micro units.
  case budget(UInt64)
  /// A stream, as its contract numbers it, and what its sender has signed.
  case stream(String, StreamProof? = nil)

  /// What every reader of JSON can count to.
  package static let greatestBudget: UInt64 = 9_007_199_254_740_991

  /// Reads `{"budgetMicroUnits": 1000}`, or `{"streamId": "42"}` and a proof beside it; nil where it is
  /// neither, which is told.
  init?(_ json: JSON, _ faults: inout [Failure.Fault]) {
    func fault(_ place: String, _ message: String) {
      faults.append(.init("/payment" + place, "payment" + message))
    }
    guard let members = json.members else {
      fault("", ": expected an object, got \(json.kindName)")
      return nil
    }
    let others = members.filter { $0.name != "proof" }
    guard others.count == 1, let member = others.first,
      members.count == 1 || member.name == "streamId"
    else {
      fault("", ": expected streamId, with a proof or without, or budgetMicroUnits alone")
      return nil
    }
    switch member.name {
    case "budgetMicroUnits":
      guard let budget = member.value.uint64, (1...Self.greatestBudget).contains(budget) else {
        fault(
          "/budgetMicroUnits",
          ".budgetMicroUnits: expected a whole number from 1 to \(Self.greatestBudget)")
        return nil
      }
      self = .budget(budget)
    case "streamId":
      guard let id = member.value.string, UInt256(decimal: id) != nil else {
        fault("/streamId", ".streamId: expected a stream's number, as text of decimal digits")
        return nil
      }
      var proof: StreamProof?
      do throws(Failure) {
        proof = try json["proof"].map { json throws(Failure) in
          try StreamProof(json, momentAs: "signedAt")
        }
      } catch {
        let pointer = error.faults.first?.pointer ?? ""
        fault("/proof" + pointer, ".proof: \(error.message)")
        return nil
      }
      self = .stream(id, proof)
    default:
      let hint = Nearest.hint(for: member.name, among: ["streamId", "budgetMicroUnits"])
      fault(
        JSONPointer().appending(member.name).description,
        ".\(member.name.quoted) is not known\(hint)")
      return nil
    }
  }
}

/// What a call needs to be let into a session that is paid for ahead. One value serves all calls of a
/// tool that name nothing of their own.
package final class PaymentNeed: Sendable {
  /// The most that the call may cost, as far as its limits bound that.
  package let microUnits: UInt64
  package let currency: String
  package let offer: PaymentOffer?
  /// What the stream has that pays for the session; nil where none does, or nobody can say.
  package let stream: StreamFunds?

  package init(
    microUnits: UInt64, currency: String, offer: PaymentOffer? = nil, stream: StreamFunds? = nil
  ) {
    self.microUnits = microUnits
    self.currency = currency
    self.offer = offer
    self.stream = stream
  }

  package static let none = PaymentNeed(microUnits: 0, currency: "USD")
}

/// What a stream has paid by now that nobody can take back.
package struct StreamFunds: Sendable {
  package var name: StreamName
  package var vested: UInt256
  /// What of that was collected before; it has paid for something else.
  package var collected: UInt256
  /// What a micro unit of prices is in wei, for a session that begins with this stream now.
  package var microUnitWei: UInt256
  /// To be kept with the session's account; nil where the stream pays for the session already.
  package var claim: StreamClaim?

  package init(
    name: StreamName, vested: UInt256, collected: UInt256, microUnitWei: UInt256,
    claim: StreamClaim?
  ) {
    self.name = name
    self.vested = vested
    self.collected = collected
    self.microUnitWei = microUnitWei
    self.claim = claim
  }
}
