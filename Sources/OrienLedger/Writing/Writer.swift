import OrienModel
import OrienSystem

/// The one thread that writes. It takes all that waits, writes it in one transaction, and answers
/// when that is on the disk: while one commit waits for the disk, the next batch gathers by itself.
///
/// Made by whoever opens the ledger, then used by its own thread alone.
final class Writer: @unchecked Sendable {
  let database: Database
  let statements: Statements
  let key: NodeKey
  let mint: ExecutionMint
  let outputs: OutputFiles
  let options: Ledger.Options
  var chain: Link
  var unsignedRecords = 0
  var open = OpenSpans()
  var accounts = Accounts()
  /// The record that was written last; its memory serves the next.
  var record: [UInt8] = []
  var keptBytes: Int64
  var room: Room
  var pruning: Pruning
  let board: GaugeBoard
  private let inbox: Channel<any Entry>
  private let onBroken: @Sendable (Failure) -> Void
  private let onHeld: @Sendable (Failure) -> Void
  private var broken: Failure?
  /// Entries of certainty that met a full disk, in their order.
  private var held: [any Entry] = []
  private var isHeldTold = false
  /// Why what is new is refused meanwhile.
  private var trouble = Failure(.full, "disk-full", "there is no room for the ledger's reserve")

  init(
    _ file: LedgerFile, options: Ledger.Options, outputs: OutputFiles, mint: ExecutionMint,
    board: GaugeBoard, inbox: Channel<any Entry>, onBroken: @escaping @Sendable (Failure) -> Void,
    onHeld: @escaping @Sendable (Failure) -> Void
  ) throws(DatabaseError) {
    database = file.database
    key = file.key
    statements = Statements(database)
    chain = Link(start: key.publicKey)
    keptBytes = 0
    room = Room(folder: file.folder, bytes: options.reserveBytes, retryEvery: options.retryEvery)
    pruning = Pruning(every: options.pruneEvery, days: options.retainDays)
    self.options = options
    self.outputs = outputs
    self.mint = mint
    self.board = board
    self.inbox = inbox
    self.onBroken = onBroken
    self.onHeld = onHeld
    try reload()
    room.restore()
    board.show { [room, keptBytes] in
      $0.shortage = room.isShort ? trouble : nil
      $0.keptBytes = keptBytes
    }
  }

  /// Until the inbox is closed and empty.
  func run() {
    var isOpen = true
    while isOpen {
      var entries = inbox.drain(within: patience)
      if entries.isEmpty {
        isOpen = !inbox.isOver
        rest()
      }
      board.show { [count = entries.count] in $0.underWay = count }
      while entries.count > options.batchEntries {
        write(Array(entries.prefix(options.batchEntries)))
        entries.removeFirst(options.batchEntries)
      }
      if !entries.isEmpty { write(consume entries) }
      board.show { $0.underWay = 0 }
    }
    held.refuse(Self.closing)
    // What stays in the log is on the disk already, and the next start reads it from there.
    if broken == nil { try? database.checkpoint() }
  }

  static let closing = Failure(.unavailable, "shutting-down", "the node is shutting down")

  // MARK: A batch

  private func write(_ entries: consuming [any Entry]) {
    if let broken { return entries.refuse(broken) }
    guard !room.isShort else { return writeInNeed(entries) }
    do throws(DatabaseError) {
      try commit(entries)
      entries.answer()
    } catch {
      switch error.kind {
      case .full, .busy: writeInNeed(entries, error)
      case .refused where entries.count == 1: entries.refuse(error.failure)
      case .refused: for entry in entries { write([entry]) }
      case .broken: breakDown(error, entries)
      }
    }
    guard broken == nil else { return }
    if database.logBytes > options.logBytes { checkpoint() }
    // Under load there is no idle moment: a step beside each batch, while there is too much.
    if pruning.isDue(isBeyond: keptBytes > options.retainBytes) { forget() }
  }

  /// Writes all entries in one transaction.
  private func commit(_ entries: [any Entry]) throws(DatabaseError) {
    try transaction { () throws(DatabaseError) in
      for entry in entries { try entry.apply(self) }
      try sign()
    }
    let lag = entries.first.map { Instant.now.microseconds(since: $0.sentAt) } ?? 0
    board.show { [keptBytes, database] in
      $0.batchEntries = entries.count
      $0.lagMicroseconds = lag
      $0.logBytes = database.logBytes
      $0.keptBytes = keptBytes
    }
  }

  /// Runs `body` in one transaction, or leaves everything as it was.
  func transaction(_ body: () throws(DatabaseError) -> Void) throws(DatabaseError) {
    do throws(DatabaseError) {
      try statements.begin.run()
      try body()
      try statements.commit.run()
    } catch {
      try rollBack()
      throw error
    }
    board.show { $0.commits += 1 }
  }

  /// What cannot be rolled back, or not read anew, is broken: what is in memory is of nothing that is
  /// on the disk.
  private func rollBack() throws(DatabaseError) {
    do throws(DatabaseError) {
      // Some errors have ended the transaction already.
      if database.isInTransaction { try statements.rollback.run() }
      try reload()
    } catch {
      throw error.asBroken
    }
  }

  /// Reads from the file what is kept of it in memory, because a transaction that failed may have
  /// moved it on.
  private func reload() throws(DatabaseError) {
    chain = try database.chainEnd(publicKey: key.publicKey)
    keptBytes = try database.number("SELECT value FROM facts WHERE name = 'kept_bytes'")
    open = try database.openSpans()
    accounts = try database.accounts()
    unsignedRecords = 0
  }

  // MARK: Trouble

  /// Refuses what is new and keeps what was promised until it can be written.
  private func writeInNeed(_ entries: [any Entry], _ error: DatabaseError? = nil) {
    if let error {
      trouble = error.failure
      room.noteShortage()
    }
    let promised = entries.filter { $0.need == .certainty }
    held += promised
    board.show { [trouble] in $0.shortage = trouble }
    for entry in entries where entry.need == .nothing {
      do throws(DatabaseError) { try entry.apply(self) } catch { entry.refuse(error.failure) }
    }
    entries.filter { $0.need == .nothing }.answer()
    entries.filter { $0.need == .room }.refuse(trouble)
    if !promised.isEmpty || room.isDue { relieve() }
  }

  /// Tries to write what is held, first in the room that the log gives back, then in the reserve's.
  ///
  /// The log is emptied before each try, because emptying takes room too: what is written while the
  /// disk is full must not take the last of it.
  private func relieve() {
    defer { tellOfHeld() }
    for step in [{}, { self.room.release() }] where broken == nil && !held.isEmpty {
      step()
      checkpoint(freed: true)
      guard broken == nil else { return }
      do throws(DatabaseError) {
        try commit(held)
        held.answer()
        held = []
      } catch {
        trouble = error.failure
        if error.kind == .broken { return breakDown(error, []) }
        // Room is no help against another program, nor for what no room helps.
        if error.kind == .busy { break }
        if error.kind == .refused { writeOneByOne() }
      }
    }
    if broken == nil, held.isEmpty {
      checkpoint(freed: true)
      room.restore()
    }
  }

  private func tellOfHeld() {
    let isHeld = !held.isEmpty
    board.show { [room, trouble] in
      $0.shortage = room.isShort ? trouble : nil
      $0.heldBy = isHeld ? trouble : nil
    }
    if isHeld, !isHeldTold { onHeld(trouble) }
    isHeldTold = isHeld
  }

  private func writeOneByOne() {
    var rest = held[...]
    held = []
    while let entry = rest.popFirst() {
      do throws(DatabaseError) {
        try commit([entry])
        [entry].answer()
      } catch {
        switch error.kind {
        case .full, .busy: held.append(entry)
        case .refused: [entry].refuse(error.failure)
        case .broken: return breakDown(error, [entry] + rest)
        }
      }
    }
  }

  /// What the disk holds can no longer be told from here: nothing more is written, and the next
  /// start recovers from the log. It breaks once, whatever comes after it.
  private func breakDown(_ error: DatabaseError, _ entries: [any Entry]) {
    let isFirst = broken == nil
    let failure = broken ?? error.failure
    broken = failure
    (held + entries).refuse(failure)
    held = []
    if isFirst { onBroken(failure) }
  }

  private func endIfBroken(_ error: DatabaseError) {
    if error.kind == .broken { breakDown(error, []) }
  }

  // MARK: Between batches

  /// How long to wait for entries before there is something else to do.
  private var patience: Duration? {
    if broken != nil { return nil }
    if room.isShort { return options.retryEvery }
    if pruning.isUnderWay { return .zero }
    return database.logBytes > options.restLogBytes ? .milliseconds(100) : options.pruneEvery
  }

  private func rest() {
    guard broken == nil else { return }
    if room.isShort { relieve() }
    if broken == nil, database.logBytes > options.restLogBytes { checkpoint() }
    if broken == nil { forget() }
  }

  private func forget() {
    do throws(DatabaseError) {
      try prune()
    } catch {
      // Where that cannot be done now, it is not tried again at once.
      pruning.note(isUnderWay: false, hasFailed: true)
      endIfBroken(error)
    }
  }

  private func checkpoint(freed: Bool = false) {
    do throws(DatabaseError) {
      try database.checkpoint(freed: freed)
      board.show { [database] in $0.logBytes = database.logBytes }
    } catch {
      endIfBroken(error)
    }
  }
}
