import OrienModel
import OrienSystem

/// A thread that reads, on a connection of its own, so that no reader slows the writer and no
/// reading slows the loop. It sees what was committed when a question's turn comes.
final class Reader: Sendable {
  private let inbox: Channel<@Sendable (Readings) -> Void>
  private let thread: Thread
  private let bound: Int

  /// `bound` is how many questions may wait.
  init(
    _ name: String, _ path: String, key: [UInt8], mint: ExecutionMint, outputs: OutputFiles,
    atMost bound: Int = .max
  ) throws(DatabaseError) {
    self.bound = bound
    let database = try Database(at: path, .read)
    // The log is opened with the first question: what a connection holds open it holds from here on.
    _ = try database.number("SELECT count(*) FROM facts")
    let readings = Readings(database, publicKey: key, mint: mint, outputs: outputs)
    let inbox = Channel<@Sendable (Readings) -> Void>()
    self.inbox = inbox
    thread = Thread("ledger-" + name) {
      while let question = inbox.receive() { question(readings) }
    }
  }

  func ask<Value: Sendable>(
    _ reply: Reply<Result<Value, Failure>>,
    _ body: @escaping @Sendable (Readings) throws(DatabaseError) -> Result<Value, Failure>
  ) {
    guard bound == .max || inbox.count < bound else {
      return reply(
        .failure(Failure(.limited, "readers-busy", "many wait for such an answer: try again")))
    }
    let isTaken = inbox.send { readings in
      do throws(DatabaseError) {
        reply(try body(readings))
      } catch {
        reply(.failure(error.failure))
      }
    }
    if !isTaken { reply(.failure(Writer.closing)) }
  }

  func close() {
    inbox.close()
    thread.join()
  }
}

/// What the reading thread has. Made by whoever opens the ledger, then used by that thread alone.
final class Readings: @unchecked Sendable {
  let database: Database
  let publicKey: [UInt8]
  let mint: ExecutionMint
  let outputs: OutputFiles
  private var statements: [String: Statement] = [:]

  init(_ database: Database, publicKey: [UInt8], mint: ExecutionMint, outputs: OutputFiles) {
    self.database = database
    self.publicKey = publicKey
    self.mint = mint
    self.outputs = outputs
  }

  /// Runs `body` on one state of the ledger, whatever is written meanwhile.
  func snapshot<Value>(
    _ body: () throws(DatabaseError) -> Value
  ) throws(DatabaseError) -> Value {
    try statement("BEGIN").run()
    do throws(DatabaseError) {
      let value = try body()
      try statement("COMMIT").run()
      return value
    } catch {
      if database.isInTransaction { try statement("ROLLBACK").run() }
      throw error
    }
  }

  /// The statement for `sql`, of which there are only as many as this module has texts.
  func statement(_ sql: String) -> Statement {
    if let kept = statements[sql] { return kept }
    let made = database.statement(sql)
    statements[sql] = made
    return made
  }
}
