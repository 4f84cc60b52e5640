internal import OrienHTTPClient
internal import OrienModel

/// What an operator says of payments by streams, as it is written; empty where the network's profile
/// is to say it.
package struct StreamSettings: Sendable {
  package var network = ""
  package var urls: [String] = []
  /// So many endpoints have to say the same; below 2 the first that answers counts.
  package var quorum = 0
  package var chain = ""
  package var contract = ""
  package var token = ""
  package var recipient = ""
  package var keyFile = ""
  package var passwordFile = ""
  package var confirmations: Int?
  /// By how much the chain's clock and this machine's may differ; nil: as the profile has it.
  package var skewSeconds: Int?
  package var maxFee = ""
  package var maxGas = 0
  /// Calls in one request.
  package var batch = 200
  package var patienceMilliseconds = 8_000
  /// By which endpoints are reached; nil: directly.
  package var proxy: String?

  package init() {}
}

/// The same once it is whole and makes sense.
struct StreamTerms: Sendable {
  let network: String
  let urls: [String]
  let quorum: Int
  let chain: UInt64
  let contract: StreamContract
  let token: Address
  let confirmations: UInt64
  /// Nil: the clocks are not compared.
  let skewSeconds: UInt64?
  let gas: GasPolicy

  init(_ settings: StreamSettings) throws(Failure) {
    guard let profile = ChainProfile[settings.network] else {
      let known = ChainProfile.all.map(\.name).joined(separator: ", ")
      throw Self.refusal("network", "expected one of \(known), found \(settings.network.quoted)")
    }
    network = profile.name
    urls = settings.urls.isEmpty ? [profile.url].compactMap { $0 } : settings.urls
    guard !urls.isEmpty else {
      throw Self.refusal("urls", "\(network) has no endpoint of its own: name one")
    }
    guard !profile.isLocal || urls.allSatisfy(Self.isLoopback) else {
      throw Self.refusal("urls", "dev is for chains of this machine, as http://127.0.0.1:8545")
    }
    quorum = settings.quorum
    guard quorum <= urls.count else {
      throw Self.refusal("quorum", "\(quorum) among \(urls.count) endpoints")
    }
    let chain = Self.first(settings.chain, profile.chain)
    guard let chain, let number = UInt256(decimal: chain)?.uint64, number > 0 else {
      throw Self.refusal("chain", "expected the chain's number, found \((chain ?? "").quoted)")
    }
    self.chain = number
    contract = StreamContract(
      address: try Self.address("contract", settings.contract, profile.contract))
    guard !contract.address.isZero else { throw Self.refusal("contract", "nobody's address") }
    token = try Self.address("token", settings.token, profile.token)
    let depth = settings.confirmations ?? profile.confirmations
    guard depth >= (profile.isLocal ? 0 : 1) else {
      throw Self.refusal("confirmations", "0 is for dev: the newest block may be taken back")
    }
    confirmations = UInt64(depth)
    let skew = settings.skewSeconds ?? (profile.isLocal ? 0 : 3600)
    skewSeconds = skew > 0 ? UInt64(skew) : nil
    guard let maxFee = UInt256(decimal: settings.maxFee) else {
      throw Self.refusal("max_fee", "expected wei in decimal digits")
    }
    gas = GasPolicy(mostFee: maxFee, mostGas: UInt64(max(0, settings.maxGas)))
  }

  private static func first(_ written: String, _ usual: String?) -> String? {
    written.isEmpty ? usual : written
  }

  private static func address(
    _ name: String, _ written: String, _ usual: String?
  ) throws(Failure) -> Address {
    guard let text = first(written, usual) else { throw refusal(name, "expected an address") }
    // As some write that there is no contract.
    if name == "token", text == "0x0" || text == "0" { return .zero }
    do throws(Failure) { return try Address(parsing: text) } catch {
      throw refusal(name, error.message)
    }
  }

  private static func isLoopback(_ url: String) -> Bool {
    let host = WebAddress.host(of: url)
    return host == "::1" || host.hasPrefix("127.")
  }

  private static func refusal(_ name: String, _ what: String) -> Failure {
    Failure(.unavailable, "payments-settings", "\(name): \(what)")
  }
}
