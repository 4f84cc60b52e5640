import OrienSystem

extension Configuration {
  /// A new log on standard error, with what the operator should be told of this configuration.
  var log: Log {
    let isTerminal = StandardStream.errors.isTerminal
    let log = Log(level: logLevel, format: logFormat ?? (isTerminal ? .text : .json))
    for warning in warnings { log.warning(warning) }
    return log
  }
}
