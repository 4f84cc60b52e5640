package import OrienLedger
package import OrienModel
package import OrienPlugins
package import OrienSystem

/// What plugins ask of the node beside their calls: lines of the log, and values in the ledger.
/// Any thread.
package final class PluginServices: PluginHost {
  private let ledger: Ledger
  private let logger: Log

  package init(_ ledger: Ledger, log: Log) {
    self.ledger = ledger
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
