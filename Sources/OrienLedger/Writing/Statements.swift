/// The writer's statements.
final class Statements {
  let begin, commit, rollback: Statement
  let accept, start, settle, record, outputs, head, keep: Statement
  let listSpan, dropSpan: Statement
  let executionByKey, executionStatus: Statement
  let putSession, useSession, removeSession: Statement
  let stateRevision, putState, removeState: Statement
  let beginOperation, endOperation: Statement
  let beginRental, updateRental: Statement
  let updateAccount: Statement

  init(_ database: Database) {
    begin = database.statement("BEGIN IMMEDIATE")
    commit = database.statement("COMMIT")
    rollback = database.statement("ROLLBACK")
    accept = database.statement(
      """
      INSERT INTO executions (number, id, owner, session, tool, status, accepted_at, running_at,
        has_secrets, idempotency_key, idempotency_body, arguments, terms, account, reserved)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """)
    start = database.statement(
      "UPDATE executions SET status = 1, running_at = ? WHERE number = ? AND id = ? AND status = 0")
    settle = database.statement(
      """
      UPDATE executions SET status = ?, position = ?, arguments = NULL, terms = NULL
      WHERE number = ? AND id = ? AND status < 2
      """)
    record = database.statement(
      "INSERT INTO records (position, number, completed_at, hash, record) VALUES (?, ?, ?, ?, ?)")
    outputs = database.statement(
      "INSERT INTO outputs (position, kept_bytes, output, errors) VALUES (?, ?, ?, ?)")
    head = database.statement(
      "INSERT INTO heads (position, signature, covers) VALUES (?, ?, ?)")
    keep = database.statement("UPDATE facts SET value = ? WHERE name = 'kept_bytes'")
    listSpan = database.statement("INSERT INTO open_spans VALUES (?)")
    dropSpan = database.statement("DELETE FROM open_spans WHERE span = ?")
    executionByKey = database.statement(
      "SELECT id, idempotency_body FROM executions WHERE idempotency_key = ?")
    executionStatus = database.statement(
      "SELECT status FROM executions WHERE number = ? AND id = ?")
    putSession = database.statement(
      """
      INSERT INTO sessions (owner, session, folder, created_at, last_used_at)
      VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """)
    useSession = database.statement(
      "UPDATE sessions SET last_used_at = ? WHERE owner = ? AND session = ?")
    removeSession = database.statement("DELETE FROM sessions WHERE owner = ? AND session = ?")
    stateRevision = database.statement(
      "SELECT revision FROM plugin_state WHERE plugin = ? AND key = ?")
    putState = database.statement(
      "INSERT OR REPLACE INTO plugin_state (plugin, key, value) VALUES (?, ?, ?)")
    removeState = database.statement("DELETE FROM plugin_state WHERE plugin = ? AND key = ?")
    beginOperation = database.statement(
      """
      INSERT INTO operations (id, role, operation, plugin, arguments, begun_at)
      VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """)
    endOperation = database.statement(
      """
      UPDATE operations SET ended_at = ?, outcome = ?, detail = ?, usage = ?
      WHERE id = ? AND ended_at IS NULL
      """)
    beginRental = database.statement(
      """
      INSERT INTO rentals (id, name, job, phase, record) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING
      """)
    updateRental = database.statement(
      "UPDATE rentals SET phase = ?, record = ?, ended_at = ? WHERE number = ?")
    updateAccount = database.statement("UPDATE accounts SET record = ? WHERE number = ?")
  }
}
