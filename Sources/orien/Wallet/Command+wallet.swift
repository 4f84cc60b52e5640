import OrienEVM
import OrienModel
import OrienNode
import OrienSystem

// Commands about the key by which is paid. None of them shows it.
extension Command {
  static func makeWallet(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let wallet = try Wallet(invocation)
    let key = try SigningKey.make()
    var password = try wallet.password()
    defer { password?.wipe() }
    try OrienEVM.KeyFile.write(key, to: wallet.path, password: password)
    try wallet.show(key.address, nil, invocation)
    invocation.console.tell(
      "keep a copy of \(wallet.path.printable): with it goes what streams have paid. A node that runs"
        + " reads it at its next start")
    if password != nil {
      invocation.console.tell(
        "a node opens it where ETHEREUM_KEY_PASSWORD_FILE names the password's file")
    }
    return .success
  }

  static func showWallet(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let wallet = try Wallet(invocation)
    guard HostFile.status(at: wallet.path) != nil else {
      throw Failure(
        .notFound, "no-wallet", "\(wallet.path): there is no key; `orien wallet new` makes one")
    }
    let address = try wallet.address()
    let balance = invocation.has(.balance) ? try wallet.balance(of: address) : nil
    try wallet.show(address, balance, invocation)
    return .success
  }
}

/// Where the key is, and what else the settings say of it.
private struct Wallet {
  let path: String
  private let passwordFile: String?
  private let configuration: Configuration

  init(_ invocation: Invocation) throws(Failure) {
    configuration = try Configuration.load(invocation)
    path = configuration.chain.keyFile(configuration.stateFolder)
    passwordFile =
      invocation.value(.passwordFile).map { invocation.environment.absolute($0) }
      ?? configuration.chain.passwordFile
  }

  /// Wiping it is the caller's; nil where no file of one is named.
  func password() throws(Failure) -> [UInt8]? {
    guard let passwordFile else { return nil }
    return try OrienEVM.KeyFile.password(passwordFile)
  }

  func address() throws(Failure) -> Address {
    var password = try password()
    defer { password?.wipe() }
    return try OrienEVM.KeyFile.read(path, password: password).address
  }

  /// Of the chain's own money, in wei.
  func balance(of address: Address) throws(Failure) -> UInt256 {
    guard let network = configuration.payments.network else {
      throw Failure(
        .unavailable, "payments-off", "PAYMENTS_NETWORK is not set: there is no chain to ask")
    }
    return try configuration.chain.balance(of: address, network)
  }

  func show(
    _ address: Address, _ balance: UInt256?, _ invocation: Invocation
  ) throws(Failure) {
    var members = [
      JSON.Member("address", .string(address.description)), JSON.Member("file", .string(path)),
    ]
    if let balance { members.append(JSON.Member("balanceWei", .string(balance.description))) }
    if try invocation.answered(.object(members)) { return }
    try invocation.console.line(address.description)
    try invocation.console.line("in \(path.printable)")
    if let balance { try invocation.console.line("has \(balance) wei") }
  }
}

extension ChainChoice {
  fileprivate func balance(of address: Address, _ network: String) throws(Failure) -> UInt256 {
    let profile = ChainProfile[network]
    let urls = urls.isEmpty ? [profile?.url].compactMap { $0 } : urls
    let chain = chain.isEmpty ? profile?.chain : chain
    guard let number = chain.flatMap({ UInt256(decimal: $0) })?.uint64 else {
      throw Failure(
        .invalid, "configuration", "PAYMENTS_CHAIN_ID: expected the number of \(network)'s chain")
    }
    var endpoints: [RPCEndpoint] = []
    for url in urls { endpoints.append(try RPCEndpoint(url)) }
    let client = ChainClient(try Endpoints(endpoints, chainID: number))
    do throws(RPCFault) {
      return try client.balance(of: address, at: try client.head())
    } catch {
      throw Failure(
        .unavailable, error.reason,
        client.endpoints.complaints.isEmpty
          ? "\(error)" : client.endpoints.complaints.joined(separator: "; "))
    }
  }
}
