internal import OrienKit

/// The machines that are ours, by name: what the node keeps for this plugin, whoever dies.
///
/// Where that cannot be read or written nothing can be told of any machine: `unavailable`.
struct Records {
  private static let prefix = "machine/"

  let store: Store

  /// Nil where none of that name is ours.
  subscript(name: String) -> Record? {
    get throws(Failure) { try guarded(name)?.record }
  }

  /// All of them, in the order of their names.
  func all() throws(Failure) -> [Record] {
    try told { () throws(Failure) in
      var records: [Record] = []
      var last: String?
      while case let keys = try store.keys(prefix: Self.prefix, after: last), let end = keys.last {
        for key in keys {
          // One that went meanwhile is none.
          guard let (bytes, _) = try store.value(key) else { continue }
          records.append(Record(String(key.dropFirst(Self.prefix.count)), bytes))
        }
        last = end
      }
      return records
    }
  }

  /// Throws `conflict` where there is one of that name.
  func add(_ record: Record) throws(Failure) {
    try told { () throws(Failure) in _ = try put(record, over: .absent) }
  }

  /// What another call has changed or removed meanwhile stays as that left it.
  func change(_ name: String, _ body: (inout Record) -> Void) throws(Failure) {
    guard let (known, revision) = try guarded(name) else { return }
    var record = known
    body(&record)
    guard record != known else { return }
    do throws(Failure) {
      try told { () throws(Failure) in _ = try put(record, over: revision) }
    } catch {
      guard error.status == .conflict else { throw error }
    }
  }

  func remove(_ name: String) throws(Failure) {
    try told { () throws(Failure) in
      do throws(Failure) {
        try store.remove(Self.prefix + name)
      } catch {
        guard error.status == .notFound else { throw error }
      }
    }
  }

  private func put(_ record: Record, over revision: Store.Revision) throws(Failure) {
    try store.put(Self.prefix + record.name, Array(record.json.text.utf8), over: revision)
  }

  private func guarded(
    _ name: String
  ) throws(Failure) -> (record: Record, revision: Store.Revision)? {
    // Longer than any that was made, and than any key may be.
    guard (1...128).contains(name.utf8.count), !name.utf8.contains(0) else { return nil }
    return try told { () throws(Failure) in
      guard let (bytes, revision) = try store.value(Self.prefix + name) else { return nil }
      return (Record(name, bytes), revision)
    }
  }

  private func told<Value>(
    _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    do throws(Failure) {
      return try body()
    } catch {
      guard error.status != .conflict else { throw error }
      throw Failure(
        .unavailable, "what is written down of the machines cannot be reached: \(error.message)",
        reason: "no-records")
    }
  }
}
