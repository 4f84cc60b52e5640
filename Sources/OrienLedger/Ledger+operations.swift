package import OrienModel
package import OrienSystem

// What backends of roles are asked to change: the intent before, the outcome after. What has an
// intent and no outcome may or may not have happened; it is told at the next start and never done
// again.

extension Ledger {
  /// Keeps an intent. Only after the answer may the backend be called. `mustBeKept`: where the disk is
  /// full it waits for room, because what it ends costs something; others are a failure `full`.
  package func begin(
    _ intent: OperationIntent, mustBeKept: Bool, then reply: Reply<Result<Void, Failure>>
  ) {
    submit(mustBeKept ? .certainty : .room, reply) { writer throws(DatabaseError) in
      let begun = try writer.statements.beginOperation.run { row in
        row.text(intent.id)
        row.text(intent.role)
        row.text(intent.operation)
        row.text(intent.plugin)
        row.blob(intent.arguments)
        row.integer(intent.begunAt.microseconds)
      }
      return begun == 1
        ? .success(())
        : .failure(Failure(.conflict, "operation", "operation \(intent.id) has begun already"))
    }
  }

  /// Keeps the outcome of an operation that has none. Failure `notFound` where there is no such one.
  package func end(
    _ id: String, _ outcome: OperationOutcome, then reply: Reply<Result<Void, Failure>>
  ) {
    submit(.certainty, reply) { writer throws(DatabaseError) in
      let ended = try writer.statements.endOperation.run { row in
        row.integer(outcome.endedAt.microseconds)
        row.text(outcome.kind.rawValue)
        row.blob(outcome.detail)
        row.blob(outcome.usage)
        row.text(id)
      }
      return ended == 1
        ? .success(())
        : .failure(Failure(.notFound, "operation", "no operation \(id) waits for its outcome"))
    }
  }
}

extension Database {
  /// The intents without an outcome, oldest first.
  func openOperations() throws(DatabaseError) -> [OperationIntent] {
    var open: [OperationIntent] = []
    try statement(
      """
      SELECT id, role, operation, plugin, arguments, begun_at FROM operations
      WHERE ended_at IS NULL ORDER BY number
      """
    ).each { row in
      open.append(
        OperationIntent(
          id: row.text(0), role: row.text(1), operation: row.text(2), plugin: row.text(3),
          arguments: row.bytes(4), begunAt: Timestamp(microseconds: row.integer(5))))
      return true
    }
    return open
  }
}
