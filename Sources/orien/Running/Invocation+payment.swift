import OrienModel

extension Invocation {
  /// What is to pay for the session, by `--budget` or `--stream`; nil where neither is said.
  func payment() throws(Failure) -> JSON? {
    switch (value(.budget), value(.stream)) {
    case (nil, nil): return nil
    case (.some, .some): throw .usage("--budget and --stream exclude each other", command)
    case (let text?, nil):
      let most = PaymentOffer.greatestBudget
      guard let budget = Int64(text), (1...Int64(most)).contains(budget) else {
        throw .usage(
          "--budget: expected a whole number from 1 to \(most), not \(text.quoted)", command)
      }
      return .object([.init("budgetMicroUnits", .integer(budget))])
    case (nil, let id?):
      guard UInt256(decimal: id) != nil else {
        throw .usage("--stream: expected a stream's number, not \(id.quoted)", command)
      }
      return .object([.init("streamId", .string(id))])
    }
  }
}
