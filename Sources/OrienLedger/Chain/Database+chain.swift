import OrienModel

extension Database {
  /// The last record's place in the chain, or where the chain begins.
  func chainEnd(publicKey: [UInt8]) throws(DatabaseError) -> Link {
    let last = try statement("SELECT position, hash FROM records ORDER BY position DESC LIMIT 1")
      .first { Link(position: $0.integer(0), hash: $0.bytes(1)) }
    if let last { return last }
    return try checkpointLink()?.link ?? Link(start: publicKey)
  }

  /// From where the chain goes on after older records were forgotten; nil: from its start.
  func checkpointLink() throws(DatabaseError) -> (link: Link, signature: [UInt8])? {
    try statement("SELECT position, hash, signature FROM checkpoint").first { row in
      (Link(position: row.integer(0), hash: row.bytes(1)), row.bytes(2))
    }
  }

  /// Makes sure that the newest record is a signed one: a file that lost its end is told at once.
  func checkEnd(of publicKey: [UInt8]) throws(DatabaseError) {
    let end = try chainEnd(publicKey: publicKey)
    let start = try checkpointLink()
    let head = try statement(
      "SELECT position, signature, covers FROM heads ORDER BY position DESC LIMIT 1"
    ).first { Head($0) }
    let isWhole =
      if let head {
        head.signs(end, by: publicKey)
      } else if let start {
        start.link == end
          && NodeKey.verify(start.signature, of: end.checkpointMessage, by: publicKey)
      } else {
        end == Link(start: publicKey)
      }
    guard isWhole else {
      throw DatabaseError(corrupt: "record \(end.position), the newest, has no valid signature")
    }
  }
}
