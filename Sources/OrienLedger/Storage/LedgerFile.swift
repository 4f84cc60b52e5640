import OrienModel
import OrienSystem

/// The ledger's file, opened for writing: the right one, whole, of this node, at the newest schema.
///
/// What is there and is not that is refused with what to do about it. Only a folder that holds
/// neither a ledger nor a key gets a new ledger: a missing file is never taken for an empty one.
struct LedgerFile {
  let key: NodeKey
  let database: Database
  /// Let go of last.
  let state: StateFolder

  var folder: Folder { state.folder }
  var path: String { folder.path + "/" + Self.name.text }

  static let name: FolderPath = "ledger.db"
  private static let draft: FolderPath = "ledger.db.new"
  /// A file up to this size is looked through at every start; larger ones by `receipt verify`.
  private static let checkedBytes: Int64 = 64 << 20

  init(in state: StateFolder, migrations: [String] = Schema.migrations) throws(Failure) {
    self.state = state
    let folder = state.folder
    let found = try NodeKey(in: folder)
    switch (try folder.has(Self.name), found) {
    case (true, let found?): key = found
    case (false, nil): key = try Self.create(in: folder, key: nil, migrations)
    case (false, let found?):
      // The key is written just before the ledger gets its name.
      guard try folder.has(Self.draft) else {
        throw Failure(
          .conflict, "ledger-missing",
          "\(folder.path) has \(NodeKey.fileName) but no \(Self.name): restore it from a backup, or"
            + " move \(NodeKey.fileName) away to begin anew under another key")
      }
      key = try Self.create(in: folder, key: found, migrations)
    case (true, nil):
      throw Failure(
        .conflict, "key-missing",
        "\(folder.path) has \(Self.name) but no \(NodeKey.fileName): restore it from a backup, or"
          + " move \(Self.name) away to begin anew under another key")
    }
    database = try Self.open(Self.name, in: folder, key: key, migrations: migrations)
  }

  /// Makes sure that the newest record is there and signed; the whole chain is for `Chain.verify`.
  func checkEnd() throws(Failure) {
    do throws(DatabaseError) {
      try database.checkEnd(of: key.publicKey)
    } catch {
      throw Self.damaged(path, error)
    }
  }

  private static func damaged(_ path: String, _ error: DatabaseError) -> Failure {
    switch error.kind {
    case .full, .busy: error.failure
    case .refused, .broken:
      Failure(
        .invalid, "ledger-damaged",
        "\(path) cannot be used: \(error); restore it from a backup. Nothing was changed")
    }
  }

  // MARK: The first start

  /// Makes a ledger under a name that nobody opens, and gives it its own when it is whole.
  private static func create(
    in folder: Folder, key found: NodeKey?, _ migrations: [String]
  ) throws(Failure) -> NodeKey {
    let key = found ?? NodeKey.generate()
    for ending in ["", "-journal", "-wal", "-shm"] {
      try folder.discard(FolderPath(draft.text + ending))
    }
    let file = try folder.file(draft, for: .create)
    try fill(folder.path + "/" + draft.text, key, migrations)
    do { try file.sync() } catch { throw error.failure("writing \(folder.path)/\(draft)") }
    if found == nil { try key.write(to: folder) }
    do throws(SystemError) {
      try folder.rename(draft, to: name)
      try folder.sync()
    } catch {
      throw error.failure("naming \(folder.path)/\(name)")
    }
    return key
  }

  /// Nobody relies on it yet: the disk is waited for once, when it is whole.
  private static func fill(_ path: String, _ key: NodeKey, _ migrations: [String]) throws(Failure) {
    do throws(DatabaseError) {
      let database = try Database(at: path, .rewrite)
      try database.execute("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF")
      try database.execute("BEGIN; \(Schema.identity)")
      try database.statement("INSERT INTO facts VALUES ('public_key', ?)").run {
        $0.blob(key.publicKey)
      }
      try database.execute("COMMIT")
      try database.migrate(migrations)
      try database.execute("PRAGMA journal_mode = WAL")
    } catch {
      throw error.failure
    }
  }

  // MARK: Every start

  private static func open(
    _ name: FolderPath, in folder: Folder, key: NodeKey, migrations: [String]
  ) throws(Failure) -> Database {
    let path = folder.path + "/" + name.text
    return try DatabaseError.telling(as: { damaged(path, $0) }) {
      let database = try Database(at: path, .write)
      try database.execute(
        """
        PRAGMA journal_size_limit = 67108864;
        PRAGMA cache_size = -16384;
        PRAGMA temp_store = MEMORY;
        PRAGMA secure_delete = FAST;
        PRAGMA trusted_schema = OFF;
        PRAGMA cell_size_check = ON;
        """)
      database.watchLog()
      try database.identify(path, key: key, versions: migrations.count)
      if let found = try database.firstFault(ifBelow: checkedBytes) {
        throw DatabaseError(corrupt: found)
      }
      if try database.version < migrations.count {
        try Database(at: path, .rewrite).migrate(migrations)
      }
      return database
    }
  }
}

extension Database {
  fileprivate var version: Int {
    get throws(DatabaseError) { Int(try number("PRAGMA user_version")) }
  }

  /// Makes sure that this is this node's ledger, of a version that is understood.
  fileprivate func identify(_ path: String, key: NodeKey, versions: Int) throws {
    guard try number("PRAGMA application_id") == Schema.applicationID else {
      throw Failure(
        .invalid, "not-a-ledger",
        "\(path) is not a ledger of this program: move it away, or name another --state folder")
    }
    let version = try version
    guard version <= versions else {
      throw Failure(
        .invalid, "ledger-newer",
        "\(path) has schema \(version), written by a newer version of this program, which knows"
          + " schemas up to \(versions): start that version")
    }
    let owner = try statement("SELECT value FROM facts WHERE name = 'public_key'").first {
      $0.bytes(0)
    }
    guard owner == key.publicKey else {
      throw Failure(
        .conflict, "key-mismatch",
        "\(path) belongs to the node with the key \(String(hex: owner ?? [])), but"
          + " \(NodeKey.fileName) is that of \(String(hex: key.publicKey)): restore both from one"
          + " backup")
    }
  }

  /// The first fault that SQLite finds in a file of less than `bytes`; nil for none.
  fileprivate func firstFault(ifBelow bytes: Int64) throws(DatabaseError) -> String? {
    let size = try number("PRAGMA page_count") * Int64(Self.pageBytes)
    guard size < bytes else { return nil }
    let found = try statement("PRAGMA quick_check(1)").first { $0.text(0) }
    return found == "ok" ? nil : found
  }

  /// Takes the steps that the file has not taken yet, with their number, in one transaction.
  fileprivate func migrate(_ migrations: [String]) throws(DatabaseError) {
    let steps = migrations.dropFirst(try version)
    do {
      try execute("BEGIN IMMEDIATE")
      for step in steps { try execute(step) }
      try execute("PRAGMA user_version = \(migrations.count); COMMIT")
    } catch {
      if isInTransaction { try execute("ROLLBACK") }
      throw error
    }
  }
}
