package import OrienModel
import OrienSystem

/// Every final record of a node, looked through from the first to the last.
///
/// What a pass proves: nothing between the start (or the node's own checkpoint, where older records
/// were forgotten) and the newest signature was changed, removed, added or put in another order,
/// neither a record nor a signature; each execution that is final has exactly one record; and what
/// else answers are made of, the row of an execution and the outputs that are kept, says what the
/// record says. Rows of open executions, idempotency keys, sessions and the state of plugins are in
/// no record. What no look at the folder can prove: that the newest commits were not cut off together, executions and all, for then it is what it
/// was before them. A receipt from after the cut tells, given as a `witness`. Nor does a pass mean
/// anything to who lets others read `node.key`.
package enum Chain {
  /// What was looked through.
  package struct Report: Sendable, Equatable {
    package var publicKey: [UInt8]
    /// The place before the first record that is still kept.
    package var start: Int64 = 0
    /// The place of the last record.
    package var end: Int64 = 0
    package var signatures: Int64 = 0
    /// Executions without a final record: those of a node at work, or for the next start to end.
    package var waiting: Int64 = 0
    package var running: Int64 = 0
    package var open: Int64 { waiting + running }
  }

  /// Looks through the ledger in a state folder, which a node may be using meanwhile. `trusted` is
  /// the node's public key, from elsewhere; without it the folder's own counts. Each witness must be
  /// in the chain, where that has not forgotten its place. `progress` is told the place reached and the last one.
  package static func verify(
    folder path: String, trusted: [UInt8]? = nil, witnesses: [Receipt] = [],
    progress: (Int64, Int64) -> Void = { _, _ in }
  ) throws(Failure) -> Report {
    let folder = try Folder(at: path)
    let key = try publicKey(in: folder)
    if let trusted, trusted != key {
      throw Failure(
        .denied, "chain-key",
        "\(path) is of the node with the key \(String(hex: key)); expected \(String(hex: trusted))")
    }
    for witness in witnesses { try witness.verify(trusted: key) }
    let unreadable = { (error: DatabaseError) in
      Failure(.invalid, "chain-broken", "the ledger cannot be read: \(error)")
    }
    return try DatabaseError.telling(as: unreadable) {
      let database = try Database(at: path + "/" + LedgerFile.name.text, .read)
      try requireSchema(database, path)
      var walk = try ChainWalk(
        database, publicKey: key, outputs: try OutputFiles(reading: folder), witnesses: witnesses)
      try walk.run(progress)
      return walk.report
    }
  }

  private static func requireSchema(_ database: Database, _ path: String) throws {
    let (found, known) = (try database.number("PRAGMA user_version"), Schema.migrations.count)
    guard found == known else {
      throw Failure(
        .unavailable, "ledger-schema",
        "\(path) has a ledger of schema \(found), and this program reads \(known): "
          + (found < known ? "start its node once" : "use the program that wrote it"))
    }
  }

  private static func publicKey(in folder: Folder) throws(Failure) -> [UInt8] {
    let text = try folder.contents(of: NodeKey.publicFileName, atMost: 256) ?? []
    let key = String(decoding: text, as: UTF8.self).hexBytes
    guard key.count == 32 else {
      throw Failure(
        .notFound, "public-key",
        "\(folder.path)/\(NodeKey.publicFileName): expected a public key of 64 hexadecimal digits")
    }
    return key
  }
}
