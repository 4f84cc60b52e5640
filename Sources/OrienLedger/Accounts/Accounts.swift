import OrienModel

/// The accounts of sessions, and what their open executions have set aside. The file has the accounts
/// as they are here; what is set aside is only ever what the open executions say.
struct Accounts {
  private var bySession: [SessionKey: OpenAccount] = [:]
  /// The account that pays for an open execution, by the execution's number.
  private var paying: [Int64: OpenAccount] = [:]

  /// No session is paid for ahead, and no open execution is.
  var isEmpty: Bool { bySession.isEmpty && paying.isEmpty }

  subscript(_ session: SessionKey) -> OpenAccount? { bySession[session] }

  mutating func add(_ account: OpenAccount) { bySession[account.value.session] = account }

  /// The session is over; what runs of it is still charged to the account.
  mutating func end(_ session: SessionKey) { bySession[session] = nil }

  mutating func reserve(_ microUnits: UInt64, for execution: Int64, in account: OpenAccount) {
    account.reserved[execution] = microUnits
    paying[execution] = account
  }

  /// Takes back what is set aside for an execution; nil where no account pays for it.
  mutating func release(_ execution: Int64) -> OpenAccount? {
    guard !paying.isEmpty, let account = paying.removeValue(forKey: execution) else { return nil }
    account.reserved[execution] = nil
    return account
  }
}

/// An account that calls may still be charged to.
final class OpenAccount {
  let number: Int64
  var value: SessionAccount
  /// By the number of each open execution.
  var reserved: [Int64: UInt64] = [:]

  init(_ value: SessionAccount, number: Int64) {
    self.value = value
    self.number = number
    self.value.number = number
  }

  /// What was spent, and what may yet be.
  var takenMicroUnits: UInt64 {
    reserved.values.reduce(value.spentMicroUnits) { $0.saturatingAdd($1) }
  }
}

extension Database {
  /// The accounts that calls may still be charged to, with what open executions have set aside.
  func accounts() throws(DatabaseError) -> Accounts {
    var accounts = Accounts()
    var byNumber: [Int64: OpenAccount] = [:]
    try statement(
      """
      SELECT number, owner, session, record, ended_at FROM accounts
      WHERE ended_at IS NULL OR number IN (
        SELECT account FROM (\(Self.reservations)) WHERE account IS NOT NULL)
      """
    ).each { row throws(DatabaseError) in
      let account = OpenAccount(try SessionAccount(row), number: row.integer(0))
      byNumber[account.number] = account
      if row.isNull(4) { accounts.add(account) }
      return true
    }
    try statement(Self.reservations).each { row throws(DatabaseError) in
      guard !row.isNull(1) else { return true }
      guard let account = byNumber[row.integer(1)] else {
        throw DatabaseError(corrupt: "an execution is charged to no account")
      }
      accounts.reserve(UInt64(bitPattern: row.integer(2)), for: row.integer(0), in: account)
      return true
    }
    return accounts
  }

  /// Of each open execution: its number, the account that pays for it and what is set aside there.
  static let reservations =
    "SELECT executions.number, account, reserved FROM \(OpenSpans.rows) WHERE status < 2"
}

extension SessionAccount {
  /// Of a row whose first columns are number, owner, session and record.
  init(_ row: Row) throws(DatabaseError) {
    guard let session = SessionID(row.text(2)) else {
      throw DatabaseError(corrupt: "the session of account \(row.integer(0)) is none")
    }
    do throws(Failure) {
      try self.init(
        JSON(parsing: row.bytes(3)), of: SessionKey(session, of: Owner(row.text(1))))
    } catch {
      throw DatabaseError(corrupt: "account \(row.integer(0)): \(error.message)")
    }
    number = row.integer(0)
  }
}
