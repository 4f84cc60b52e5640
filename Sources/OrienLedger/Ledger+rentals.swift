package import OrienModel
package import OrienSystem

// Rented machines. One that is not over stands in the index of names, so that no two have one; those
// that are over are kept as long as executions are.

extension Ledger {
  /// What a new one has in the ledger: its own number, and that of the claim to the stream that pays.
  package struct Begun: Sendable {
    package var rental: Int64
    package var claim: Int64?
  }

  /// Keeps a new one, together with the claim to what pays for it; only after the answer is anything
  /// done for it. Failure `conflict` where its name is taken, or the stream.
  package func begin(
    _ rental: Rental, paidBy claim: StreamClaim? = nil, then reply: Reply<Result<Begun, Failure>>
  ) {
    submit(.room, reply) { writer throws(DatabaseError) in
      var claimed: Int64?
      if let claim {
        switch try writer.claim(claim) {
        case .success(let number): claimed = number
        case .failure(let failure): return .failure(failure)
        }
      }
      let added = try writer.statements.beginRental.run { row in
        row.text(rental.id)
        row.text(rental.name)
        row.text(rental.job)
        row.text(rental.phase.rawValue)
        row.blob(rental.jsonBytes)
      }
      guard added == 1 else {
        if let claimed { try writer.forget(claim: claimed) }
        return .failure(
          Failure(.conflict, "name-taken", "there is a machine named \(rental.name) already"))
      }
      let number = Int64(clamping: writer.database.lastInserted)
      return .success(Begun(rental: number, claim: claimed))
    }
  }

  /// Keeps what has become of one. It waits for room on a full disk, because what it holds costs
  /// something as long as nobody knows that it is over.
  package func update(_ rental: Rental, then reply: Reply<Result<Void, Failure>>) {
    submit(.certainty, reply) { writer throws(DatabaseError) in
      let changed = try writer.statements.updateRental.run { row in
        row.text(rental.phase.rawValue)
        row.blob(rental.jsonBytes)
        row.integer(rental.endedAt?.microseconds)
        row.integer(rental.number)
      }
      return changed == 1
        ? .success(())
        : .failure(Failure(.notFound, "rental", "the ledger has no machine \(rental.id)"))
    }
  }

  /// By its id, also one that is over.
  package func rental(_ id: String, then reply: Reply<Result<Rental?, Failure>>) {
    rental("id", id, reply)
  }

  /// By the job that made it.
  package func rental(ofJob job: String, then reply: Reply<Result<Rental?, Failure>>) {
    rental("job", job, reply)
  }

  private func rental(
    _ column: StaticString, _ text: String, _ reply: Reply<Result<Rental?, Failure>>
  ) {
    let question = "SELECT \(Rental.columns) FROM rentals WHERE \(column) = ?"
    reader.ask(reply) { readings throws(DatabaseError) in
      .success(
        try readings.statement(question).first({ $0.text(text) }) {
          row throws(DatabaseError) in try Rental(row)
        })
    }
  }
}

extension Database {
  /// Those that are not over, oldest first.
  func openRentals() throws(DatabaseError) -> [Rental] {
    try statement(
      "SELECT \(Rental.columns) FROM rentals WHERE ended_at IS NULL ORDER BY number"
    ).all { row throws(DatabaseError) in try Rental(row) }
  }
}

extension Rental {
  fileprivate static let columns = "number, id, name, job, phase, record, ended_at"

  fileprivate init(_ row: Row) throws(DatabaseError) {
    do throws(Failure) {
      guard let phase = Phase(rawValue: row.text(4)) else {
        throw Failure(.internal, "rental", "\(row.text(4)) is no phase")
      }
      try self.init(
        JSON(parsing: row.bytes(5)), id: row.text(1), name: row.text(2), phase: phase,
        job: row.text(3),
        endedAt: row.isNull(6) ? nil : Timestamp(microseconds: row.integer(6)))
    } catch {
      throw DatabaseError(corrupt: "rental \(row.text(1)): \(error.message)")
    }
    number = row.integer(0)
  }
}
