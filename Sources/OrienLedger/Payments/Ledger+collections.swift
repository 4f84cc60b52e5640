package import OrienModel
package import OrienSystem

// Collections of what streams have paid. Of each stream at most one is not over, which an index holds.

extension Ledger {
  /// The most that one list has.
  package static let listedCollections = 1000

  /// Keeps a new one; only after the answer is anything signed for it. Failure `conflict` where one of
  /// its stream is under way.
  package func begin(
    _ collection: StreamCollection, then reply: Reply<Result<Int64, Failure>>
  ) {
    submit(.room, reply) { writer throws(DatabaseError) in
      let added = try writer.database.statement(
        """
        INSERT INTO collections (stream, state, record) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
        """
      ).run { row in
        row.text(collection.stream.description)
        row.text(collection.state.rawValue)
        row.blob(collection.jsonBytes)
      }
      return added == 1
        ? .success(Int64(clamping: writer.database.lastInserted))
        : .failure(
          Failure(
            .conflict, "under-way", "stream \(collection.stream.id) is being collected already"))
    }
  }

  /// Keeps what has become of one. It waits for room on a full disk: what is not kept is not sent.
  package func update(
    _ collection: StreamCollection, then reply: Reply<Result<Void, Failure>>
  ) {
    submit(.certainty, reply) { writer throws(DatabaseError) in
      let changed = try writer.database.statement(
        "UPDATE collections SET state = ?, record = ?, ended_at = ? WHERE number = ?"
      ).run { row in
        row.text(collection.state.rawValue)
        row.blob(collection.jsonBytes)
        row.integer(collection.endedAt?.microseconds)
        row.integer(collection.number)
      }
      return changed == 1
        ? .success(())
        : .failure(
          Failure(
            .notFound, "collection",
            "the ledger has no collection of stream \(collection.stream.id)"))
    }
  }

  /// The newest first; of one stream of all chains' by its number there, where one is named.
  package func collections(
    ofStream id: String?, atMost limit: Int,
    then reply: Reply<Result<[StreamCollection], Failure>>
  ) {
    lister.ask(reply) { readings throws(DatabaseError) in
      let most = Int64(max(1, min(limit, Self.listedCollections)))
      let chosen = id == nil ? "" : "WHERE \(StreamCollection.idColumn) = ?"
      return .success(
        try readings.statement(
          "SELECT \(StreamCollection.columns) FROM collections \(chosen)"
            + " ORDER BY number DESC LIMIT ?"
        ).all({ row in
          if let id { row.text(id) }
          row.integer(most)
        }) { row throws(DatabaseError) in try StreamCollection(row) })
    }
  }

  /// What the collections of each stream come to that are kept.
  package func collectionTotals(
    then reply: Reply<Result<[StreamName: CollectionTotals], Failure>>
  ) {
    lister.ask(reply) { readings throws(DatabaseError) in
      var totals: [StreamName: CollectionTotals] = [:]
      try readings.statement(
        "SELECT \(StreamCollection.columns) FROM collections ORDER BY number"
      ).each { row throws(DatabaseError) in
        let collection = try StreamCollection(row)
        totals[collection.stream, default: CollectionTotals()].add(collection)
        return true
      }
      return .success(totals)
    }
  }

  /// The claim that pays, or has paid, for something; nil where none does.
  package func claim(
    of holder: StreamClaim.Holder, then reply: Reply<Result<StreamClaim?, Failure>>
  ) {
    reader.ask(reply) { readings throws(DatabaseError) in
      .success(try readings.database.claim(of: holder))
    }
  }

  /// Every claim that was not given back, the newest first.
  package func claims(
    atMost limit: Int, then reply: Reply<Result<[StreamClaim], Failure>>
  ) {
    lister.ask(reply) { readings throws(DatabaseError) in
      .success(try readings.database.claims(atMost: limit))
    }
  }
}

extension Database {
  /// Those that are not over, oldest first.
  func openCollections() throws(DatabaseError) -> [StreamCollection] {
    try statement(
      "SELECT \(StreamCollection.columns) FROM collections WHERE ended_at IS NULL ORDER BY number"
    ).all { row throws(DatabaseError) in try StreamCollection(row) }
  }
}

extension StreamCollection {
  fileprivate static let columns = "number, stream, state, record, ended_at"

  /// The stream's number of `chain:contract:number`, letter for letter as its index has it.
  static let idColumn = """
    substr(
      substr(stream, instr(stream, ':') + 1),
      instr(substr(stream, instr(stream, ':') + 1), ':') + 1
    )
    """

  fileprivate init(_ row: Row) throws(DatabaseError) {
    do throws(Failure) {
      guard let stream = StreamName(row.text(1)), let state = State(rawValue: row.text(2)) else {
        throw Failure(.internal, "collection", "its stream or state is none")
      }
      try self.init(
        JSON(parsing: row.bytes(3)), stream: stream, state: state,
        endedAt: row.isNull(4) ? nil : Timestamp(microseconds: row.integer(4)))
    } catch {
      throw DatabaseError(corrupt: "collection \(row.integer(0)): \(error.message)")
    }
    number = row.integer(0)
  }
}
