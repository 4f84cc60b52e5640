internal import OrienKit

/// The machines that are ours, by name: what the node keeps for this plugin, whoever dies. Where it
/// cannot be read or written nothing can be told of any machine: `unavailable`.
struct Records {
  private static let prefix = "machine/"
  let store: Store

  /// Nil where none of that name is ours.
  func record(_ name: String) throws(Failure) -> Record? {
    // Longer than any that was made, and than any key may be.
    guard (1...128).contains(name.utf8.count), !name.utf8.contains(0) else { return nil }
    return try told { () throws(Failure) in
      guard let (bytes, _) = try store.value(Self.prefix + name) else { return nil }
      return try Self.read(name, bytes)
    }
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
          records.append(try Self.read(String(key.dropFirst(Self.prefix.count)), bytes))
        }
        last = end
      }
      return records
    }
  }

  /// Throws `conflict` where there is one of that name.
  func add(_ record: Record) throws(Failure) {
    do throws(Failure) {
      try store.put(Self.prefix + record.name, Array(record.json.text.utf8), over: .absent)
    } catch {
      guard error.status == .conflict else { throw Self.away(error) }
      throw Failure(.conflict, "there is a machine called \(record.name)", reason: "name-taken")
    }
  }

  /// Whoever changes one has claimed its name.
  func write(_ record: Record) throws(Failure) {
    try told { () throws(Failure) in
      _ = try store.put(Self.prefix + record.name, Array(record.json.text.utf8))
    }
  }

  func remove(_ name: String) throws(Failure) {
    do throws(Failure) {
      try store.remove(Self.prefix + name)
    } catch {
      guard error.status == .notFound else { throw Self.away(error) }
    }
  }

  private static func read(_ name: String, _ bytes: [UInt8]) throws(Failure) -> Record {
    guard let record = Record(name, bytes) else {
      throw Failure(.internal, "what is written down of \(name) was written by somebody else")
    }
    return record
  }

  private func told<Value>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
    do throws(Failure) { return try body() } catch { throw Self.away(error) }
  }

  private static func away(_ failure: Failure) -> Failure {
    Failure(
      .unavailable, "what is written down of the machines cannot be reached: \(failure.message)",
      reason: "no-records")
  }
}
