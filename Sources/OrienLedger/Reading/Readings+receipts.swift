import OrienModel

extension Readings {
  func receipt(of id: ExecutionID) throws(DatabaseError) -> Result<Receipt, Failure> {
    let place = try statement(
      "SELECT position FROM executions WHERE number = ? AND id = ? AND status >= 2"
    ).first({
      $0.integer(mint.number(of: id))
      $0.id(id)
    }) { $0.integer(0) }
    guard let place else {
      return .failure(Failure(.notFound, "receipt", "there is no final execution \(id)"))
    }
    let head = try statement(
      "SELECT position, signature, covers FROM heads WHERE position >= ? ORDER BY position LIMIT 1"
    ).first({ $0.integer(place) }) { Head($0) }
    guard let head else { throw DatabaseError(corrupt: "record \(place) is under no signature") }
    var records: [[UInt8]] = []
    try statement(
      "SELECT record FROM records WHERE position BETWEEN ? AND ? ORDER BY position"
    ).each({
      $0.integer(place)
      $0.integer(head.position)
    }) { row in
      records.append(row.bytes(0))
      return true
    }
    guard let record = records.first, records.count == head.position - place + 1,
      let previous = try link(before: place)
    else { throw DatabaseError(corrupt: "records from \(place) to \(head.position) are missing") }
    return .success(
      Receipt(
        record: record, position: place, previous: previous.hash,
        following: records.dropFirst().map(Digest.of), signature: head.signature,
        covers: head.covers, publicKey: publicKey))
  }

  private func link(before position: Int64) throws(DatabaseError) -> Link? {
    if position == 1 { return Link(start: publicKey) }
    let stored = try statement("SELECT position, hash FROM records WHERE position = ?").first({
      $0.integer(position - 1)
    }) { Link(position: $0.integer(0), hash: $0.bytes(1)) }
    if let stored { return stored }
    guard let checkpoint = try database.checkpointLink()?.link else { return nil }
    return checkpoint.position == position - 1 ? checkpoint : nil
  }
}
