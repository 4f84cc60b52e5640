package import OrienModel
import OrienSystem

/// The durable values of plugins. Keys have 1 to 255 bytes, values at most 1 MiB; each plugin sees
/// its own. All of these block until what they did or read is on the disk, and are not for the loop.
extension Ledger {
  private static let stateKeyBytes = 1...255
  private static let stateValueBytes = 1 << 20

  /// Writes over `revision` only: nil for whatever is there, 0 for an absent key.
  package func putState(
    _ key: String, _ value: [UInt8], over revision: UInt64?, plugin: String
  ) throws(Failure) -> StateWrite {
    try Self.check(key)
    guard value.count <= Self.stateValueBytes else {
      throw Failure(
        .tooLarge, "state-value",
        "the value of \(key) has \(value.count) bytes; \(Self.stateValueBytes) at most")
    }
    return try wait { reply in
      submit(.room, reply) { writer throws(DatabaseError) in
        .success(try writer.putState(key, value, over: revision, plugin: plugin))
      }
    }
  }

  /// Removes what has `revision`, nil for whatever is there. Failure `notFound` where it is absent.
  package func removeState(
    _ key: String, over revision: UInt64?, plugin: String
  ) throws(Failure) -> StateWrite {
    try Self.check(key)
    return try wait { reply in
      submit(.certainty, reply) { writer throws(DatabaseError) in
        try writer.removeState(key, over: revision, plugin: plugin)
      }
    }
  }

  /// The value and its revision; nil where the key is absent.
  package func state(
    _ key: String, plugin: String
  ) throws(Failure) -> (value: [UInt8], revision: UInt64)? {
    try Self.check(key)
    let found: State? = try wait { reply in
      reader.ask(reply) { readings throws(DatabaseError) in
        .success(try readings.state(key, plugin: plugin))
      }
    }
    return found.map { ($0.value, $0.revision) }
  }

  /// Keys with the prefix that come after `after`, in byte order, as many as fit into `bytes` when
  /// each takes one more for its end.
  package func stateKeys(
    prefix: String, after: String?, bytes: Int, plugin: String
  ) throws(Failure) -> [String] {
    try wait { reply in
      reader.ask(reply) { readings throws(DatabaseError) in
        .success(
          try readings.stateKeys(prefix: prefix, after: after, bytes: bytes, plugin: plugin))
      }
    }
  }

  struct State: Sendable {
    var value: [UInt8]
    var revision: UInt64
  }

  private static func check(_ key: String) throws(Failure) {
    guard stateKeyBytes.contains(key.utf8.count) else {
      throw Failure(
        .invalid, "state-key", "a key has 1 to 255 bytes; this one has \(key.utf8.count)")
    }
  }
}

extension Writer {
  fileprivate func putState(
    _ key: String, _ value: [UInt8], over revision: UInt64?, plugin: String
  ) throws(DatabaseError) -> StateWrite {
    let present = try stateRevision(key, plugin: plugin)
    guard revision == nil || revision == present else { return .conflict(present) }
    try statements.putState.run { row in
      row.text(plugin)
      row.text(key)
      row.blob(value)
    }
    return .written(database.lastInserted)
  }

  fileprivate func removeState(
    _ key: String, over revision: UInt64?, plugin: String
  ) throws(DatabaseError) -> Result<StateWrite, Failure> {
    let present = try stateRevision(key, plugin: plugin)
    guard present > 0 else {
      return .failure(Failure(.notFound, "state-key", "there is no value of \(key)"))
    }
    guard revision == nil || revision == present else { return .success(.conflict(present)) }
    try statements.removeState.run { row in
      row.text(plugin)
      row.text(key)
    }
    return .success(.written(0))
  }

  private func stateRevision(
    _ key: String, plugin: String
  ) throws(DatabaseError) -> UInt64 {
    try statements.stateRevision.first({ row in
      row.text(plugin)
      row.text(key)
    }) { UInt64($0.integer(0)) } ?? 0
  }
}

extension Readings {
  fileprivate func state(_ key: String, plugin: String) throws(DatabaseError) -> Ledger.State? {
    try statement("SELECT value, revision FROM plugin_state WHERE plugin = ? AND key = ?").first({
      $0.text(plugin)
      $0.text(key)
    }) { Ledger.State(value: $0.bytes(0), revision: UInt64($0.integer(1))) }
  }

  fileprivate func stateKeys(
    prefix: String, after: String?, bytes: Int, plugin: String
  ) throws(DatabaseError) -> [String] {
    var keys: [String] = []
    var rest = bytes
    // Keys are compared by their bytes, so those with the prefix follow one another.
    let isAfterPrefix = after.map { !$0.utf8.lexicographicallyPrecedes(prefix.utf8) } ?? false
    try statement(
      """
      SELECT key FROM plugin_state WHERE plugin = ? AND key >= ? AND key > ? ORDER BY key
      """
    ).each({ row in
      row.text(plugin)
      row.text(isAfterPrefix ? after! : prefix)
      row.text(after ?? "")
    }) { row in
      let key = row.text(0)
      rest -= key.utf8.count + 1
      guard key.utf8.starts(with: prefix.utf8), rest >= 0 else { return false }
      keys.append(key)
      return true
    }
    return keys
  }
}
