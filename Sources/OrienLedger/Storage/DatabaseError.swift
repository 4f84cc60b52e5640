import CSQLite
import OrienModel
import OrienSystem

/// What SQLite could not do. Nothing of the transaction that it happened in is kept.
struct DatabaseError: Error, CustomStringConvertible {
  /// The extended result code.
  let code: Int32
  let message: String
  let doing: String
  let kind: Kind

  enum Kind {
    /// The disk has no room: the same may succeed later.
    case full
    /// Another program has the file: the same may succeed later.
    case busy
    /// One statement with its values is refused, by a rule of the schema: others are fine.
    case refused
    /// The file cannot be relied on any more.
    case broken
  }

  init(code: Int32, of handle: OpaquePointer?, doing: String) {
    self.code = code
    self.doing = doing
    message = String(cString: handle.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(code))
    kind =
      switch code & 0xFF {
      case SQLITE_FULL: .full
      // Growing the shared index.
      case SQLITE_IOERR where code == CSQLITE_IOERR_SHMSIZE: .full
      // Meeting a quota. What is told beside other errors may be an earlier one's.
      case SQLITE_IOERR
      where code == CSQLITE_IOERR_WRITE
        && Self.isNoRoom(handle.map { sqlite3_system_errno($0) } ?? 0):
        .full
      case SQLITE_BUSY, SQLITE_LOCKED: .busy
      case SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG, SQLITE_RANGE: .refused
      default: .broken
      }
  }

  private static func isNoRoom(_ number: Int32) -> Bool {
    number != 0 && SystemError("write", number).failure("writing").code == .full
  }

  init(corrupt message: String) {
    self.init(SQLITE_CORRUPT, message, doing: "reading", .broken)
  }

  private init(_ code: Int32, _ message: String, doing: String, _ kind: Kind) {
    self.code = code
    self.message = message
    self.doing = doing
    self.kind = kind
  }

  /// The same, after which the file cannot be relied on.
  var asBroken: DatabaseError { DatabaseError(code, message, doing: doing, .broken) }

  /// Runs `body`, whose errors are the ledger's file's or are told already.
  static func telling<Value: ~Copyable>(
    as failure: (DatabaseError) -> Failure = \.failure, _ body: () throws -> Value
  ) throws(Failure) -> Value {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw failure(error)
    } catch let error as Failure {
      throw error
    } catch {
      preconditionFailure("nothing else is thrown in the ledger: \(error)")
    }
  }

  var description: String { "\(message) (SQLite \(code), \(doing))" }

  var failure: Failure {
    switch kind {
    case .full:
      Failure(
        .full, "disk-full",
        "the ledger's disk is full: free some room, or lower RETAIN_BYTES or RETAIN_DAYS (\(self))")
    case .busy:
      Failure(.unavailable, "ledger-busy", "another program has locked the ledger: \(self)")
    case .refused, .broken: Failure(.internal, "ledger", "the ledger: \(self)")
    }
  }
}
