package import OrienLedger
package import OrienModel
package import OrienPlugins
package import OrienSystem

/// What plugins ask of the node beside their calls: lines of the log, values in the ledger, and
/// programs that last. Any thread.
package final class PluginServices: PluginHost {
  private let ledger: Ledger
  private let lastingPrograms: LastingPrograms?
  private let logger: Log

  /// Without `lasting` no program of theirs outlives them.
  package init(_ ledger: Ledger, _ lasting: LastingPrograms? = nil, log: Log) {
    self.ledger = ledger
    lastingPrograms = lasting
    logger = log
  }

  package func log(_ level: PluginLogLevel, _ message: String, plugin: String, call: String?) {
    var fields = ["plugin": plugin]
    fields["execution"] = call
    logger.write(level.level, message, fields)
  }

  package func putState(
    _ key: String, _ value: [UInt8], over revision: UInt64?, plugin: String
  ) throws(Failure) -> StateWrite {
    try ledger.putState(key, value, over: revision, plugin: plugin)
  }

  package func state(
    _ key: String, plugin: String
  ) throws(Failure) -> (value: [UInt8], revision: UInt64)? {
    try ledger.state(key, plugin: plugin)
  }

  package func removeState(
    _ key: String, over revision: UInt64?, plugin: String
  ) throws(Failure) -> StateWrite {
    try ledger.removeState(key, over: revision, plugin: plugin)
  }

  package func stateKeys(
    prefix: String, after: String?, bytes: Int, plugin: String
  ) throws(Failure) -> [String] {
    try ledger.stateKeys(prefix: prefix, after: after, bytes: bytes, plugin: plugin)
  }

  package func lasting(
    _ request: LastingRequest, of plugin: PluginIdentity, for call: (any CallHost)?
  ) throws(Failure) -> LastingAnswer {
    guard let lastingPrograms else {
      throw Failure(
        .unavailable, "no-lasting", "a plugin that is only checked leaves nothing behind")
    }
    return try lastingPrograms.answer(request, of: plugin, for: call)
  }
}

extension PluginLogLevel {
  fileprivate var level: Log.Level {
    switch self {
    case .debug: .debug
    case .info: .info
    case .warning: .warning
    case .error: .error
    }
  }
}
