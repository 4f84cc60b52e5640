/// A row of signatures: of which place, and of how many records, if it tells.
struct Head {
  let position: Int64
  let signature: [UInt8]
  let covers: Int64?

  /// Of a row that has position, signature and covers from `column` on.
  init(_ row: Row, from column: Int32 = 0) {
    position = row.integer(column)
    signature = row.bytes(column + 1)
    covers = row.isNull(column + 2) ? nil : row.integer(column + 2)
  }

  /// Whether it is this node's signature of that place.
  func signs(_ link: Link, by publicKey: [UInt8]) -> Bool {
    position == link.position
      && NodeKey.verify(signature, of: link.headMessage(covering: covers), by: publicKey)
  }
}
