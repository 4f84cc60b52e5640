import CSQLite
import OrienModel

/// A connection to the ledger's file. Belongs to one thread at a time.
final class Database {
  let handle: OpaquePointer
  let scratch = Scratch()
  /// What the log held after the last commit and what of it stayed behind in the last checkpoint.
  private(set) var logBytes = 0

  enum Access {
    /// For commits that memory holds twice: each is one write to the log, and is waited for.
    case write
    /// For what may be larger, as a whole file is.
    case rewrite
    case read

    fileprivate var files: String? { self == .write ? CSQLITE_WHOLE_COMMITS : nil }

    fileprivate var terms: String? {
      switch self {
      case .write: "PRAGMA synchronous = FULL; PRAGMA cache_spill = OFF"
      case .rewrite: "PRAGMA synchronous = FULL"
      case .read: nil
      }
    }
  }

  /// Opens a file that exists; never makes one, and follows no link.
  init(at path: String, _ access: Access) throws(DatabaseError) {
    guard Self.prepared == SQLITE_OK else {
      throw DatabaseError(code: Self.prepared, of: nil, doing: "preparing SQLite")
    }
    var handle: OpaquePointer?
    let flags =
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE
      | (access == .read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE)
    let code = sqlite3_open_v2(path, &handle, flags, access.files)
    guard code == SQLITE_OK, let handle else {
      defer { sqlite3_close_v2(handle) }
      throw DatabaseError(code: code, of: handle, doing: "opening \(path)")
    }
    self.handle = handle
    // Nobody but another program is ever in the way. The writer has a patience of its own.
    sqlite3_busy_timeout(handle, access == .write ? 100 : 5000)
    if let terms = access.terms { try execute(terms) }
  }

  deinit { sqlite3_close_v2(handle) }

  private static let prepared = csqlite_prepare()

  func execute(_ sql: String) throws(DatabaseError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw DatabaseError(code: code, of: handle, doing: sql) }
  }

  func statement(_ sql: String) -> Statement { Statement(sql, on: self) }

  /// The single number that `sql` asks for.
  func number(_ sql: String) throws(DatabaseError) -> Int64 {
    try statement(sql).first { $0.integer(0) } ?? 0
  }

  /// The number of the row that was inserted last.
  var lastInserted: UInt64 { UInt64(bitPattern: sqlite3_last_insert_rowid(handle)) }

  var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  /// Moves what the log holds into the file, as far as no reader is in the way; then the log begins
  /// anew. Its room on the disk stays its own, unless that is to be `freed`.
  func checkpoint(freed: Bool = false) throws(DatabaseError) {
    var (frames, moved): (Int32, Int32) = (0, 0)
    let mode = freed ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE
    let code = sqlite3_wal_checkpoint_v2(handle, nil, mode, &frames, &moved)
    guard code == SQLITE_OK || code & 0xFF == SQLITE_BUSY else {
      throw DatabaseError(code: code, of: handle, doing: "checkpoint")
    }
    logBytes = Int(max(0, frames - moved)) * Self.pageBytes
  }

  static let pageBytes = 4096

  /// Leaves moving the log to who calls `checkpoint`, and keeps `logBytes` true.
  func watchLog() {
    sqlite3_wal_hook(
      handle,
      { context, _, _, frames in
        let database = Unmanaged<Database>.fromOpaque(context!).takeUnretainedValue()
        database.logBytes = Int(frames) * Database.pageBytes
        return SQLITE_OK
      }, Unmanaged.passUnretained(self).toOpaque())
  }
}

/// Memory that one statement's values lie in while it runs, so that binding them allocates nothing.
final class Scratch {
  private let base = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 << 10, alignment: 16)
  private var used = 0

  deinit { base.deallocate() }

  func reset() { used = 0 }

  /// A copy of the bytes that lives until `reset`; nil where they do not fit.
  func copy(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawPointer? {
    guard bytes.count <= base.count - used else { return nil }
    let place = base.baseAddress! + used
    if let source = bytes.baseAddress { place.copyMemory(from: source, byteCount: bytes.count) }
    used += bytes.count
    return UnsafeRawPointer(place)
  }
}
