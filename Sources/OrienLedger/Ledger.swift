package import OrienModel
package import OrienSystem
import Synchronization

/// Where the node keeps what it has promised and what it is owed: executions with their final
/// records, sessions, and the state of plugins, in one SQLite file in the state folder.
///
/// Everything that is written is an entry, taken by the one writer thread and answered after its
/// own commit is on the disk, never before. Entries are applied in the order in which they were
/// sent. Reading is on another thread and slows no writer. All functions may be called from any
/// thread; those that block say so.
package final class Ledger: Sendable {
  package let mint: ExecutionMint
  package let outputs: OutputFiles
  private let found: Mutex<Recovered>
  /// The key that receipts are signed with, for whoever checks them.
  package let publicKey: [UInt8]
  let key: NodeKey
  /// How many days the wall clock is beyond the newest record, where no record is kept so long: the
  /// node was away, or the clock is wrong.
  package let daysBeyond: Int64?
  let reader: Reader
  /// A page of a list takes as long as a thousand short questions, and is in nobody's way here.
  let lister: Reader
  private let inbox: Channel<any Entry>
  private let writer: Thread
  private let board = GaugeBoard()
  private let state: StateFolder

  /// The largest output that is kept in the ledger's own file.
  package static let inlineOutputBytes = 64 << 10
  /// The largest arguments of an execution.
  package static let argumentBytes = 4 << 20
  /// Entries that may wait for the writer before whatever was not promised is refused.
  private static let waitingEntries = 65_536
  /// Lists that may wait before more of them are refused.
  private static let waitingLists = 64

  /// Bounds, with the names that the configuration has for them.
  package struct Options: Sendable {
    /// Since its end an execution is kept so long, one day at least, with its idempotency key.
    package var retainDays = 30
    /// Of outputs, which go before their executions do.
    package var retainBytes: Int64 = 10 << 30
    /// Room on the disk that only finals may use: as much as the log may need to be emptied.
    package var reserveBytes: Int64 = 16 << 20
    /// From this size on the log is moved into the file even while there is work.
    package var logBytes = 16 << 20
    /// Up to this size it stays as it is while there is none: a log that was moved begins anew with
    /// the next commit, which waits for the disk once more than others.
    package var restLogBytes = 1 << 20
    /// Entries in one transaction.
    package var batchEntries = 1024
    package var pruneEvery: Duration = .seconds(60)
    /// What one step of forgetting may take: a disk that removes files slowly is not to hold up who
    /// waits for the next batch.
    package var stepPatience: Duration = .milliseconds(200)
    /// How often a full disk is asked for room.
    package var retryEvery: Duration = .seconds(1)

    package init() {}
  }

  /// Opens the ledger of a state folder, making it where it is missing. Any thread.
  ///
  /// Fails where the ledger is damaged, newer or somebody else's. `onBroken` is called once, from the
  /// writer's thread, when a write failed in a way after which only a new start can tell what is on
  /// the disk: the node is to exit with 1. `onHeld` is called from there whenever what was promised
  /// begins to wait, with what for.
  package static func open(
    in state: StateFolder, options: Options = Options(),
    onBroken: @escaping @Sendable (Failure) -> Void,
    onHeld: @escaping @Sendable (Failure) -> Void = { _ in }
  ) throws(Failure) -> Ledger {
    let file = try LedgerFile(in: state)
    try file.checkEnd()
    return try DatabaseError.telling { try Ledger(file, options, onBroken, onHeld) }
  }

  private init(
    _ file: LedgerFile, _ options: Options, _ onBroken: @escaping @Sendable (Failure) -> Void,
    _ onHeld: @escaping @Sendable (Failure) -> Void
  ) throws {
    state = file.state
    publicKey = file.key.publicKey
    key = file.key
    inbox = Channel()
    outputs = try OutputFiles(in: file.folder)
    let last = try file.database.number("SELECT max(number) FROM executions")
    mint = ExecutionMint(key: file.key.mintKey, last: last)
    found = Mutex(try file.database.recovered())
    daysBeyond = try file.database.newestEnd().flatMap {
      Cutoff(days: options.retainDays).daysBeyond(newest: $0, now: .now)
    }
    let filesOf = file.database.statement(
      """
      SELECT output IS NULL, errors IS NULL FROM executions JOIN outputs USING (position)
      WHERE number = ? AND id = ?
      """)
    try outputs.removeStrays { [mint] id, stream in
      try filesOf.first({
        $0.integer(mint.number(of: id))
        $0.id(id)
      }) { $0.integer(stream == .output ? 0 : 1) == 1 } ?? false
    }
    let writer = try Writer(
      file, options: options, outputs: outputs, mint: mint, board: board, inbox: inbox,
      onBroken: onBroken, onHeld: onHeld)
    reader = try Reader("reader", file.path, key: publicKey, mint: mint, outputs: outputs)
    lister = try Reader(
      "lister", file.path, key: publicKey, mint: mint, outputs: outputs, atMost: Self.waitingLists)
    self.writer = Thread("ledger") { writer.run() }
  }

  package var folder: Folder { state.folder }

  /// What this ledger held, when it was opened, that nobody has finished.
  package var recovered: Recovered { found.withLock { $0 } }

  /// Those that wait, handed over: what they were asked with may be large, and is not kept here.
  package func takeWaiting() -> [Acceptance] {
    found.withLock { found in
      defer { found.waiting = [] }
      return found.waiting
    }
  }

  package var gauges: Gauges {
    var gauges = board.now
    gauges.waiting = inbox.count
    return gauges
  }

  /// Writes what waits, empties the log and ends the threads; entries sent after this are refused.
  /// Blocks. To be called once.
  package func close() {
    // The last connection takes the log with it, and only one that writes can.
    reader.close()
    lister.close()
    inbox.close()
    writer.join()
  }

  // MARK: Entries

  func submit<Value: Sendable>(
    _ need: Need, _ reply: Reply<Result<Value, Failure>>,
    _ body: @escaping @Sendable (Writer) throws(DatabaseError) -> Result<Value, Failure>
  ) {
    submit(Question(need, reply, body), reply)
  }

  func submit<Value: Sendable>(
    _ entry: some Entry, _ reply: Reply<Result<Value, Failure>>
  ) {
    if entry.need != .certainty, inbox.count > Self.waitingEntries {
      return reply(
        .failure(Failure(.limited, "ledger-behind", "the ledger's disk is behind: try again")))
    }
    if !inbox.send(entry) { reply(.failure(Writer.closing)) }
  }

  /// Waits for the answer of what `ask` asks. Not for the loop.
  func wait<Value: Sendable>(
    _ ask: (Reply<Result<Value, Failure>>) -> Void
  ) throws(Failure) -> Value {
    let box = Channel<Result<Value, Failure>>()
    ask(Reply(direct: { box.send($0) }))
    guard let result = box.receive() else { preconditionFailure("every question is answered") }
    return try result.get()
  }
}
