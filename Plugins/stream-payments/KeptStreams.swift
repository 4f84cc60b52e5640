internal import OrienKit

/// Which streams are collected, in what the node keeps for this plugin, whoever dies. Where that
/// cannot be read or written nothing is known of any: `unavailable`.
struct KeptStreams: Sendable {
  let store: Store

  func has(_ name: String) throws(Failure) -> Bool {
    try told { () throws(Failure) in try store.value(Self.key(name)) != nil }
  }

  func add(_ name: String) throws(Failure) {
    try told { () throws(Failure) in _ = try store.put(Self.key(name), []) }
  }

  /// Whether it was there.
  func remove(_ name: String) throws(Failure) -> Bool {
    try told { () throws(Failure) in
      do throws(Failure) {
        try store.remove(Self.key(name))
        return true
      } catch {
        guard error.status == .notFound else { throw error }
        return false
      }
    }
  }

  private static func key(_ name: String) -> String { "kept/" + name }

  private func told<Value>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
    do throws(Failure) { return try body() } catch {
      throw Failure(
        .unavailable, "what is written down of streams cannot be reached: \(error.message)",
        reason: "no-records")
    }
  }
}
