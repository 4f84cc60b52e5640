package import OrienModel

/// What plugins ask of the node beside their calls. One for all; `plugin` is the id of who asks.
///
/// Called from plugins' threads, several at once. Those of the state block until the ledger has
/// answered; what they return without throwing survives `kill -9`.
package protocol PluginHost: AnyObject, Sendable {
  /// A line of the plugin's, or one about it. Never blocks. The text is bounded; escaping it is
  /// the log's.
  func log(_ level: PluginLogLevel, _ message: String, plugin: String, call: String?)

  /// Writes over `revision` only: nil for whatever is there, 0 for an absent key.
  func putState(
    _ key: String, _ value: [UInt8], over revision: UInt64?, plugin: String
  ) throws(Failure) -> StateWrite

  /// The value and its revision; nil where the key is absent.
  func state(
    _ key: String, plugin: String
  ) throws(Failure) -> (value: [UInt8], revision: UInt64)?

  /// Removes what has `revision`, nil for whatever is there. Failure `notFound` where it is absent.
  func removeState(
    _ key: String, over revision: UInt64?, plugin: String
  ) throws(Failure) -> StateWrite

  /// Keys with the prefix that come after `after`, in byte order, as many as fit into `bytes` when
  /// each takes one more for its end.
  func stateKeys(
    prefix: String, after: String?, bytes: Int, plugin: String
  ) throws(Failure) -> [String]

  /// What a plugin asks of its programs that outlive it. `call`: in which of its calls, whose end
  /// nobody waits beyond; nil: in none. Blocks. Failures: `conflict` where one of that name runs,
  /// `notFound` where none of it is known, `denied` where it is not granted, `unavailable` where
  /// none can be had.
  func lasting(
    _ request: LastingRequest, of plugin: PluginIdentity, for call: (any CallHost)?
  ) throws(Failure) -> LastingAnswer
}

/// The numbers are the ABI's.
package enum PluginLogLevel: Int32, Sendable {
  case debug = 0, info, warning, error
}
