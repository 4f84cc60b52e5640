package import OrienKit

/// What a plugin writes down of a machine before anything of it is made.
package protocol MachineRecord: Sendable, Equatable {
  var name: String { get }
  var json: JSON { get }
  /// Of what the store has under its name. Throws where that cannot be its own.
  init(_ name: String, _ bytes: [UInt8]) throws(Failure)
}

/// The machines that are ours, by name: what the node keeps for this plugin, whoever dies.
///
/// Where that cannot be read or written nothing can be told of any machine: `unavailable`.
package struct MachineRecords<Record: MachineRecord> {
  private static var prefix: String { "machine/" }

  private let store: Store

  package init(store: Store) { self.store = store }

  /// Nil where none of that name is ours.
  package subscript(name: String) -> Record? {
    get throws(Failure) { try guarded(name)?.record }
  }

  /// All of them, in the order of their names.
  package func all() throws(Failure) -> [Record] {
    var records: [Record] = []
    var last: String?
    while case let keys = try told({ () throws(Failure) in
      try store.keys(prefix: Self.prefix, after: last)
    }), let end = keys.last {
      for key in keys {
        // One that went meanwhile is none.
        guard let found = try guarded(String(key.dropFirst(Self.prefix.count))) else { continue }
        records.append(found.record)
      }
      last = end
    }
    return records
  }

  /// Throws `conflict` where there is one of that name.
  package func add(_ record: Record) throws(Failure) {
    do throws(Failure) {
      try put(record, over: .absent)
    } catch {
      throw error.status == .conflict ? Self.taken(record.name) : error
    }
  }

  /// Whatever is there: for who has that machine to himself.
  package func write(_ record: Record) throws(Failure) { try put(record, over: .any) }

  /// What another call has changed or removed meanwhile stays as that left it.
  package func change(_ name: String, _ body: (inout Record) -> Void) throws(Failure) {
    guard let (known, revision) = try guarded(name) else { return }
    var record = known
    body(&record)
    guard record != known else { return }
    do throws(Failure) {
      try put(record, over: revision)
    } catch {
      guard error.status == .conflict else { throw error }
    }
  }

  package func remove(_ name: String) throws(Failure) {
    try told { () throws(Failure) in
      do throws(Failure) {
        try store.remove(Self.prefix + name)
      } catch {
        guard error.status == .notFound else { throw error }
      }
    }
  }

  package static func taken(_ name: String) -> Failure {
    Failure(.conflict, "there is a machine \(name) already", reason: "name-taken")
  }

  private func put(_ record: Record, over revision: Store.Revision) throws(Failure) {
    try told { () throws(Failure) in
      _ = try store.put(Self.prefix + record.name, Array(record.json.text.utf8), over: revision)
    }
  }

  private func guarded(
    _ name: String
  ) throws(Failure) -> (record: Record, revision: Store.Revision)? {
    // Longer than any that was made, and than any key may be.
    guard (1...128).contains(name.utf8.count), !name.utf8.contains(0) else { return nil }
    let found = try told { () throws(Failure) in try store.value(Self.prefix + name) }
    guard let (bytes, revision) = found else { return nil }
    return (try Record(name, bytes), revision)
  }

  private func told<Value>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
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
