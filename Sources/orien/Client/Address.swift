import OrienHTTPClient
import OrienModel
import OrienSystem

extension NodeClient {
  /// Where a node is, and with which key it is asked.
  struct Address: Sendable {
    let url: String
    var key: String?
  }
}

extension NodeClient.Address {
  /// As the options say, else the settings: in the environment, in `.env`, in `orien.conf`.
  init(_ invocation: Invocation) throws(Failure) {
    self.init(try Configuration.asked(by: invocation))
  }

  init(_ configuration: Configuration) {
    url = WebAddress.base(of: configuration.url ?? "http://\(configuration.ownAddress)")
    key = configuration.isKeyOfAnotherNode ? nil : configuration.apiKey
  }
}

extension Configuration {
  /// By which the node is found that an invocation is for.
  static func asked(by invocation: Invocation) throws(Failure) -> Configuration {
    var flags: Flags = [:]
    for (name, option) in [("ORIEN_URL", Option.url), ("PROVIDER_API_KEY_FILE", .keyFile)] {
      if let value = invocation.value(option) { flags[name] = (option.name, value) }
    }
    let configuration = try load(
      flags: flags, environment: invocation.environment, asClient: true)
    if let url = configuration.url, !["http://", "https://"].contains(where: url.hasPrefix) {
      let message = "\(url): expected http://HOST or https://HOST"
      guard let origin = configuration.origin["ORIEN_URL"], invocation.value(.url) == nil else {
        throw .usage("--url \(message)", invocation.command)
      }
      throw Failure(.invalid, "configuration", "ORIEN_URL=\(message) (\(origin.description))")
    }
    return configuration
  }
}

extension Configuration {
  /// Where this machine's node is to be asked.
  fileprivate var ownAddress: NetworkAddress {
    let listener = addresses[0]
    guard listener.host.allSatisfy({ $0 == 0 }) else { return listener }
    // It listens on all addresses, loopback's among them.
    let loopback: [UInt8] =
      listener.host.count == 4 ? [127, 0, 0, 1] : Array(repeating: 0, count: 15) + [1]
    return NetworkAddress(host: loopback, port: listener.port)
  }

  /// The key in `orien.conf` is that node's, and goes to no other that is named elsewhere.
  fileprivate var isKeyOfAnotherNode: Bool {
    guard let key = origin["PROVIDER_API_KEY"], let named = origin["ORIEN_URL"] else {
      return false
    }
    if case .file = key { return key < named }
    return false
  }
}
