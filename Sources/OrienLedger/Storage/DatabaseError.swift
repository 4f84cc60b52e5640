import CSQLite
import OrienModel
import OrienSystem

/// What SQLite could not do. Nothing of the transaction that it happened in is kept.
struct DatabaseError: Error, CustomStringConvertible {
  /// The extended result code.
  let code: Int32
  let message: String
  let doing: String
  /// The disk has no room: the same may succeed later.
  let isFull: Bool

  init(code: Int32, of handle: OpaquePointer?, doing: String) {
    self.code = code
    self.doing = doing
    message = String(cString: handle.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(code))
    // Growing the shared index or meeting a quota is told as an I/O error, with its errno.
    let system = handle.map { sqlite3_system_errno($0) } ?? 0
    let isDisk = code & 0xFF == SQLITE_IOERR && system != 0
    isFull =
      code & 0xFF == SQLITE_FULL
      || (isDisk && SystemError("write", system).failure(doing).code == .full)
  }

  init(corrupt message: String) {
    code = SQLITE_CORRUPT
    self.message = message
    doing = "reading"
    isFull = false
  }

  var description: String { "\(message) (SQLite \(code), \(doing))" }

  var failure: Failure {
    isFull
      ? Failure(.full, "disk-full", "the ledger's disk is full: \(self)")
      : Failure(.internal, "ledger", "the ledger: \(self)")
  }
}
