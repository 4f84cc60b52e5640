import OrienHTTPClient
import OrienNode
import OrienSystem

extension Configuration {
  /// A new log on standard error, with what the operator should be told of this configuration.
  var log: Log {
    let isTerminal = StandardStream.errors.isTerminal
    let log = Log(level: logLevel, format: logFormat ?? (isTerminal ? .text : .json))
    for warning in warnings { log.warning(warning) }
    return log
  }

  /// What is wrong with being advertised by a name that every node has; nil: nothing.
  var warningOfName: String? {
    guard let url = machines.adverts.url, origin["PROVIDER_ID"] == nil else { return nil }
    return "PROVIDER_ID is \(providerID), as of every node that has none of its own: at"
      + " \(WebAddress.origin(of: url)) their adverts take each other's place"
  }
}
