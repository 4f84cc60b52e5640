package import OrienModel
package import OrienSystem

extension Ledger {
  /// Keeps an execution, born running where it has a `runningAt`. Its id comes from `mint`.
  ///
  /// A request that its owner made before under the same idempotency key is a duplicate, and a
  /// failure `mismatch` where its body was another. A full disk is a failure `full`.
  package func accept(_ acceptance: Acceptance, then reply: Reply<Result<Accepted, Failure>>) {
    guard acceptance.arguments.count <= Self.argumentBytes else {
      return reply(
        .failure(
          Failure(
            .tooLarge, "arguments",
            "the arguments take \(acceptance.arguments.count) bytes; \(Self.argumentBytes) at most"
          )))
    }
    submit(AcceptEntry(acceptance, reply), reply)
  }

  /// The execution that was accepted for the same request of that owner, nil where there is none; a
  /// failure `mismatch` where the request's body was another, `limited` where many wait already.
  package func accepted(
    under idempotency: Idempotency, of owner: Owner,
    then reply: Reply<Result<ExecutionID?, Failure>>
  ) {
    submit(.nothing, reply) { writer throws(DatabaseError) in
      try writer.earlier(idempotency, of: owner)
    }
  }

  /// Notes that a pending execution begins to run. Only after the answer may it.
  package func start(
    _ id: ExecutionID, at time: Timestamp, then reply: Reply<Result<Void, Failure>>
  ) {
    submit(.certainty, reply) { writer throws(DatabaseError) in try writer.start(id, at: time) }
  }

  /// Writes the final record. The first one of an execution stands: another is a failure
  /// `conflict`. A full disk delays the answer and nothing else.
  package func settle(
    _ settlement: consuming Settlement, then reply: Reply<Result<Settled, Failure>>
  ) {
    submit(SettleEntry(settlement, reply), reply)
  }

  /// Settles in one transaction everything that ran when the node died. To be called before anything
  /// is accepted, once no process of the node's past is left; on a full disk the answer waits.
  package func settleLost(then reply: Reply<Result<Void, Failure>>) {
    let settlements = recovered.started.map { Settlement(FinalRecord.lost($0, at: .now)) }
    submit(.certainty, reply) { writer throws(DatabaseError) in
      for var settlement in settlements {
        if case .failure(let failure) = try writer.settle(&settlement) { return .failure(failure) }
      }
      return .success(())
    }
  }
}

extension FinalRecord {
  /// The end of an execution that ran when the node died: nobody knows how far it came, and it
  /// costs nothing.
  package static func lost(_ acceptance: Acceptance, at time: Timestamp) -> FinalRecord {
    FinalRecord(
      id: acceptance.id, session: acceptance.session, owner: acceptance.owner,
      tool: acceptance.tool, plugin: "", generation: 0, isolation: "none", status: .lost,
      reason: "node-restart", message: "The node stopped while this ran.",
      acceptedAt: acceptance.acceptedAt, runningAt: acceptance.runningAt, completedAt: time,
      runningMicroseconds: 0, usage: Usage(), limits: .none, currency: "USD", costMicroUnits: 0,
      output: StreamSummary(), errors: StreamSummary())
  }
}
