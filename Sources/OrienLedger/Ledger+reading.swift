package import OrienModel
package import OrienSystem

// What was committed when the question's turn came. Whose an execution is, the asker compares.

extension Ledger {
  /// Nil where there is no execution of that id, or it is forgotten.
  package func execution(
    _ id: ExecutionID, then reply: Reply<Result<KeptExecution?, Failure>>
  ) {
    reader.ask(reply) { readings throws(DatabaseError) in
      .success(try readings.snapshot { () throws(DatabaseError) in try readings.execution(id) })
    }
  }

  /// A failure `limited` where many wait for theirs already.
  package func executions(
    _ query: ExecutionQuery, then reply: Reply<Result<ExecutionPage, Failure>>
  ) {
    lister.ask(reply) { readings throws(DatabaseError) in
      .success(try readings.snapshot { () throws(DatabaseError) in try readings.page(query) })
    }
  }

  /// A part of what a final execution wrote. Failure `notFound` where there is no such execution,
  /// it is not final, or its output is forgotten.
  package func output(
    of id: ExecutionID, _ stream: OutputStream, from offset: UInt64, atMost count: Int,
    then reply: Reply<Result<OutputSlice, Failure>>
  ) {
    reader.ask(reply) { readings throws(DatabaseError) in
      try readings.output(of: id, stream, from: offset, atMost: count)
    }
  }

  /// The receipt of a final execution. Failure `notFound` where there is none.
  package func receipt(of id: ExecutionID, then reply: Reply<Result<Receipt, Failure>>) {
    reader.ask(reply) { readings throws(DatabaseError) in
      try readings.snapshot { () throws(DatabaseError) in try readings.receipt(of: id) }
    }
  }
}
