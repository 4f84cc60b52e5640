package import OrienModel
package import OrienSystem

/// What sessions have had for what one stream pays.
package struct StreamCharges: Sendable, Equatable {
  /// What their accounts were charged, in wei.
  package var charged = UInt256.zero
  /// What the receipts come to that are kept: the same, as long as none has been forgotten.
  package var receipts = UInt256.zero
  package var executions = 0
  /// What had been collected of the stream before it paid for a session.
  package var collectedBefore = UInt256.zero

  package init() {}
}

extension Ledger {
  /// The charges to each stream that pays for sessions, or has paid, and whether all their receipts
  /// are kept. Every record is looked at.
  package func streamCharges(
    then reply: Reply<Result<(byStream: [StreamName: StreamCharges], isWhole: Bool), Failure>>
  ) {
    lister.ask(reply) { readings throws(DatabaseError) in
      .success(
        try readings.snapshot { () throws(DatabaseError) in
          var charges: [StreamName: StreamCharges] = [:]
          try readings.addAccounts(to: &charges)
          if !charges.isEmpty { try readings.addReceipts(to: &charges) }
          let forgotten = try readings.statement("SELECT count(*) FROM checkpoint").first {
            $0.integer(0)
          }
          return (charges, forgotten == 0)
        })
    }
  }
}

extension Readings {
  fileprivate func addAccounts(
    to charges: inout [StreamName: StreamCharges]
  ) throws(DatabaseError) {
    try statement("SELECT number, owner, session, record FROM accounts").each {
      row throws(DatabaseError) in
      let account = try SessionAccount(row)
      guard case .stream(let name, let microUnitWei, let before) = account.means else {
        return true
      }
      let wei = SessionAccount.wei(account.spentMicroUnits, at: microUnitWei)
      var sum = charges[name] ?? StreamCharges()
      sum.charged = sum.charged.saturatingAdd(wei)
      sum.collectedBefore = before
      charges[name] = sum
      return true
    }
  }

  fileprivate func addReceipts(
    to charges: inout [StreamName: StreamCharges]
  ) throws(DatabaseError) {
    try statement(
      """
      SELECT json_extract(text, '$.payment') FROM (SELECT CAST(record AS TEXT) AS text FROM records)
      WHERE json_extract(text, '$.payment.kind') = 'stream'
      """
    ).each { row throws(DatabaseError) in
      do throws(Failure) {
        let charge = try Charge(JSON(parsing: Array(row.text(0).utf8)))
        guard case .stream(let name, _, let wei) = charge else { return true }
        var sum = charges[name] ?? StreamCharges()
        sum.receipts = sum.receipts.saturatingAdd(wei)
        sum.executions += 1
        charges[name] = sum
      } catch {
        throw DatabaseError(corrupt: "what paid for an execution: \(error.message)")
      }
      return true
    }
  }
}
