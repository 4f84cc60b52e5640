/// The writer's statements, prepared once.
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

  init(_ database: Database) throws(DatabaseError) {
    begin = try database.prepare("BEGIN IMMEDIATE")
    commit = try database.prepare("COMMIT")
    rollback = try database.prepare("ROLLBACK")
    accept = try database.prepare(
      """
      INSERT INTO executions (number, id, owner, session, tool, status, accepted_at, running_at,
        has_secrets, idempotency_key, idempotency_body, arguments, terms, account, reserved)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """)
    start = try database.prepare(
      "UPDATE executions SET status = 1, running_at = ? WHERE number = ? AND id = ? AND status = 0")
    settle = try database.prepare(
      """
      UPDATE executions SET status = ?, position = ?, arguments = NULL, terms = NULL
      WHERE number = ? AND id = ? AND status < 2
      """)
    record = try database.prepare(
      "INSERT INTO records (position, number, completed_at, hash, record) VALUES (?, ?, ?, ?, ?)")
    outputs = try database.prepare(
      "INSERT INTO outputs (position, kept_bytes, output, errors) VALUES (?, ?, ?, ?)")
    head = try database.prepare(
      "INSERT INTO heads (position, signature, covers) VALUES (?, ?, ?)")
    keep = try database.prepare("UPDATE facts SET value = ? WHERE name = 'kept_bytes'")
    listSpan = try database.prepare("INSERT INTO open_spans VALUES (?)")
    dropSpan = try database.prepare("DELETE FROM open_spans WHERE span = ?")
    executionByKey = try database.prepare(
      "SELECT id, idempotency_body FROM executions WHERE idempotency_key = ?")
    executionStatus = try database.prepare(
      "SELECT status FROM executions WHERE number = ? AND id = ?")
    putSession = try database.prepare(
      """
      INSERT INTO sessions (owner, session, folder, created_at, last_used_at)
      VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """)
    useSession = try database.prepare(
      "UPDATE sessions SET last_used_at = ? WHERE owner = ? AND session = ?")
    removeSession = try database.prepare("DELETE FROM sessions WHERE owner = ? AND session = ?")
    stateRevision = try database.prepare(
      "SELECT revision FROM plugin_state WHERE plugin = ? AND key = ?")
    putState = try database.prepare(
      "INSERT OR REPLACE INTO plugin_state (plugin, key, value) VALUES (?, ?, ?)")
    removeState = try database.prepare("DELETE FROM plugin_state WHERE plugin = ? AND key = ?")
    beginOperation = try database.prepare(
      """
      INSERT INTO operations (id, role, operation, plugin, arguments, begun_at)
      VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """)
    endOperation = try database.prepare(
      """
      UPDATE operations SET ended_at = ?, outcome = ?, detail = ?, usage = ?
      WHERE id = ? AND ended_at IS NULL
      """)
    beginRental = try database.prepare(
      """
      INSERT INTO rentals (id, name, job, phase, record) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING
      """)
    updateRental = try database.prepare(
      "UPDATE rentals SET phase = ?, record = ?, ended_at = ? WHERE number = ?")
    updateAccount = try database.prepare("UPDATE accounts SET record = ? WHERE number = ?")
  }
}
