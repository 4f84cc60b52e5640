import CSQLite
import OrienModel

/// A statement that is prepared when it is first run, and kept so for as long as its connection. Every
/// run binds every parameter.
final class Statement {
  private var pointer: OpaquePointer?
  private let database: Database
  private let sql: String

  init(_ sql: String, on database: Database) {
    self.database = database
    self.sql = sql
  }

  deinit { sqlite3_finalize(pointer) }

  private func prepared() throws(DatabaseError) -> OpaquePointer {
    if let pointer { return pointer }
    let code = sqlite3_prepare_v3(
      database.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
    guard code == SQLITE_OK, let pointer else { throw error(code) }
    return pointer
  }

  /// Runs what returns no rows, and says how many it changed.
  @discardableResult
  func run(_ bind: (inout Binder) -> Void = { _ in }) throws(DatabaseError) -> Int {
    let pointer = try start(bind)
    defer { sqlite3_reset(pointer) }
    let code = sqlite3_step(pointer)
    guard code == SQLITE_DONE else { throw error(code) }
    return Int(sqlite3_changes(database.handle))
  }

  /// What `read` makes of the first row; nil where there is none.
  func first<Value>(
    _ bind: (inout Binder) -> Void = { _ in }, _ read: (Row) throws(DatabaseError) -> Value
  ) throws(DatabaseError) -> Value? {
    let pointer = try start(bind)
    defer { sqlite3_reset(pointer) }
    let code = sqlite3_step(pointer)
    if code == SQLITE_DONE { return nil }
    guard code == SQLITE_ROW else { throw error(code) }
    return try read(Row(pointer))
  }

  /// Gives every row to `body`, until it says false.
  func each(
    _ bind: (inout Binder) -> Void = { _ in }, _ body: (Row) throws(DatabaseError) -> Bool
  ) throws(DatabaseError) {
    let pointer = try start(bind)
    defer { sqlite3_reset(pointer) }
    while true {
      let code = sqlite3_step(pointer)
      if code == SQLITE_DONE { return }
      guard code == SQLITE_ROW else { throw error(code) }
      guard try body(Row(pointer)) else { return }
    }
  }

  /// Every row, as `read` has it.
  func all<Value>(
    _ bind: (inout Binder) -> Void = { _ in }, _ read: (Row) throws(DatabaseError) -> Value
  ) throws(DatabaseError) -> [Value] {
    var values: [Value] = []
    try each(bind) { row throws(DatabaseError) in
      values.append(try read(row))
      return true
    }
    return values
  }

  private func start(_ bind: (inout Binder) -> Void) throws(DatabaseError) -> OpaquePointer {
    let pointer = try prepared()
    database.scratch.reset()
    var binder = Binder(pointer, database.scratch)
    bind(&binder)
    guard binder.code == SQLITE_OK else { throw error(binder.code) }
    precondition(
      binder.count == sqlite3_bind_parameter_count(pointer), "every parameter is bound: \(sql)")
    return pointer
  }

  private func error(_ code: Int32) -> DatabaseError {
    DatabaseError(code: code, of: database.handle, doing: sql)
  }
}

/// Binds the parameters of one run, in their order.
struct Binder {
  private let statement: OpaquePointer
  private let scratch: Scratch
  private(set) var count: Int32 = 0
  private(set) var code = SQLITE_OK

  init(_ statement: OpaquePointer, _ scratch: Scratch) {
    self.statement = statement
    self.scratch = scratch
  }

  mutating func integer(_ value: Int64?) {
    guard let value else { return null() }
    count += 1
    note(sqlite3_bind_int64(statement, count, value))
  }

  mutating func null() {
    count += 1
    note(sqlite3_bind_null(statement, count))
  }

  mutating func text(_ value: String) {
    count += 1
    var value = value
    let (statement, scratch, index) = (statement, scratch, count)
    note(
      value.withUTF8 { text in
        let bytes = UnsafeRawBufferPointer(text)
        let copy = scratch.copy(bytes)
        return sqlite3_bind_text64(
          statement, index, (copy ?? bytes.baseAddress)?.assumingMemoryBound(to: CChar.self),
          UInt64(bytes.count), copy == nil ? copied : nil, UInt8(SQLITE_UTF8))
      })
  }

  mutating func blob(_ value: [UInt8]?) {
    guard let value else { return null() }
    value.withUnsafeBytes { blob(copying: $0) }
  }

  mutating func id(_ id: ExecutionID) { id.withBytes { blob(copying: $0) } }

  private mutating func blob(copying bytes: UnsafeRawBufferPointer) {
    count += 1
    let copy = scratch.copy(bytes)
    note(
      sqlite3_bind_blob64(
        statement, count, copy ?? bytes.baseAddress, UInt64(bytes.count),
        copy == nil ? copied : nil))
  }

  /// Binds bytes that the caller keeps where they are until the statement has run.
  mutating func blob(kept bytes: UnsafeRawBufferPointer) {
    count += 1
    note(sqlite3_bind_blob64(statement, count, bytes.baseAddress, UInt64(bytes.count), nil))
  }

  private mutating func note(_ code: Int32) {
    if code != SQLITE_OK { self.code = code }
  }
}

/// Tells SQLite to take a copy of its own; what is too large for the scratch memory is rare.
private let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

/// One row of a result, valid until the next.
struct Row {
  private let statement: OpaquePointer

  init(_ statement: OpaquePointer) { self.statement = statement }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

  func text(_ column: Int32) -> String { String(decoding: view(column), as: UTF8.self) }

  func bytes(_ column: Int32) -> [UInt8] { Array(view(column)) }

  /// The bytes where SQLite has them; not to be kept.
  func view(_ column: Int32) -> UnsafeRawBufferPointer {
    let start = sqlite3_column_blob(statement, column)
    return UnsafeRawBufferPointer(
      start: start, count: Int(sqlite3_column_bytes(statement, column)))
  }
}
