internal import COrienABI

/// Durable values of a plugin. What returned has survived a crash of the node. Keys have 1 to 255
/// bytes and no NUL, values 1 MiB at most.
public struct Store: Sendable {
  let host: Host

  /// A version of one value. None is ever used twice.
  public struct Revision: Sendable, Equatable {
    let number: UInt64
    /// Whatever is there.
    public static let any = Revision(number: UInt64.max)
    /// Nothing is there.
    public static let absent = Revision(number: 0)
  }

  /// The value under `key` and its revision; nil where there is none.
  public func value(_ key: String) throws(Failure) -> (bytes: [UInt8], revision: Revision)? {
    try Self.check(key)
    let state = try host.service(ORIEN_SERVICE_STATE, \orien_state.get)
    var bytes = orien_bytes()
    var revision: UInt64 = 0
    let status = state.pointee.get(host.raw, key, &bytes, &revision)
    let value = host.taking(bytes)
    if status == orien_status(ORIEN_NOT_FOUND) { return nil }
    try Failure.check(status, "reading '\(key)' of the store")
    return (value, Revision(number: revision))
  }

  /// Writes only over the revision given, and throws `conflict` where another is there. Gives the
  /// new revision.
  @discardableResult
  public func put(
    _ key: String, _ bytes: [UInt8], over revision: Revision = .any
  ) throws(Failure) -> Revision {
    try Self.check(key)
    let state = try host.service(ORIEN_SERVICE_STATE, \orien_state.put)
    var number = revision.number
    let status = bytes.withBytes { state.pointee.put(host.raw, key, $0, &number) }
    try Failure.check(status, "writing '\(key)' to the store")
    return Revision(number: number)
  }

  /// Removes only the revision given, and throws `conflict` where another is there.
  public func remove(_ key: String, at revision: Revision = .any) throws(Failure) {
    try Self.check(key)
    let state = try host.service(ORIEN_SERVICE_STATE, \orien_state.remove)
    let status = state.pointee.remove(host.raw, key, revision.number)
    try Failure.check(status, "removing '\(key)' from the store")
  }

  /// The keys that begin with `prefix`, in byte order, from the one after `key` on: as many as fit
  /// into 64 KiB. None: there are no more.
  public func keys(prefix: String = "", after key: String? = nil) throws(Failure) -> [String] {
    try Self.check(prefix)
    if let key { try Self.check(key) }
    let state = try host.service(ORIEN_SERVICE_STATE, \orien_state.list)
    var bytes = orien_bytes()
    let status = state.pointee.list(host.raw, prefix, key, &bytes)
    let keys = host.taking(bytes)
    try Failure.check(status, "listing '\(prefix)' of the store")
    return keys.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Cut short, two keys would be one.
  private static func check(_ key: String) throws(Failure) {
    try key.checkCrossing(as: "a key of the store")
  }
}
