import OrienModel

extension Invocation {
  /// What is to pay for the session, by `--budget` or `--stream`; nil where neither is said.
  func payment(for session: String, _ node: NodeClient) throws(Failure) -> JSON? {
    guard value(.wallet) == nil && value(.proofFile) == nil || value(.stream) != nil else {
      throw .usage("--wallet and --proof are of the stream that --stream names", command)
    }
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
      var members = [JSON.Member("streamId", .string(id))]
      // What is no session's id the node refuses by itself.
      if let session = SessionID(session),
        let proof = try proof(for: .session(session), by: id, node)
      {
        members.append(.init("proof", proof))
      }
      return .object(members)
    }
  }
}
