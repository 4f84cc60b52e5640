import OrienEVM
import OrienModel
import OrienNode
import OrienSystem

/// What a node would find that is paid by streams, where it is to: the chain is asked here and now, by the
/// same code as the plugin's.
struct PaymentChecks {
  let configuration: Configuration
  /// One runs: then it is asked how it goes with streams.
  let hasNode: Bool

  /// Nothing where nothing has to be paid.
  var all: [Check] {
    guard let network = configuration.payments.network else { return [] }
    let desk = Result { () throws(Failure) in try self.desk(network) }
    var checks = [plugin, wallet(desk)]
    if case .success(let desk) = desk { checks += chain(network, desk) }
    return checks + (hasNode ? [node] : [])
  }

  private var plugin: Check {
    let name = "plugin of payments"
    let path = "\(configuration.toolsFolder)/\(ChainChoice.plugin).so"
    guard HostFile.kind(at: path) == .regular else {
      return .bad(
        name, ChainChoice.plugin, why: "there is no \(path)",
        remedy: "make build, or put \(ChainChoice.plugin).so and its manifest into tools.d")
    }
    return .ok(name, ChainChoice.plugin)
  }

  private func desk(_ network: String) throws(Failure) -> StreamDesk {
    let choice = configuration.chain
    var settings = StreamSettings()
    settings.network = network
    let (contract, token) = try choice.addresses(network)
    (settings.urls, settings.chain) = (choice.urls, choice.chain)
    (settings.contract, settings.token) = (contract, token)
    settings.recipient = choice.recipient
    settings.keyFile = choice.keyFile(configuration.stateFolder)
    settings.passwordFile = choice.passwordFile ?? ""
    settings.confirmations = choice.confirmations
    settings.maxFee = "0"
    do { return try StreamDesk(settings) } catch {
      throw (error as? Failure) ?? Failure(.internal, "unforeseen", "\(error)")
    }
  }

  private func wallet(_ desk: Result<StreamDesk, Failure>) -> Check {
    let name = "wallet"
    switch desk {
    case .success(let desk) where desk.hasKey: return .ok(name, "\(desk.payee), its key is here")
    case .success(let desk):
      return .weak(
        name, "\(desk.payee), without its key",
        why: "streams are read, and what they pay is withdrawn by somebody else",
        remedy: "orien wallet new, where this node is to withdraw")
    case .failure(let failure):
      let file = configuration.chain.keyFile(configuration.stateFolder)
      let remedies = [
        "key-exposed": "chmod go-rwx \(file) and its folder; consider a new key",
        "no-wallet": "orien wallet new", "no-password": "set ETHEREUM_KEY_PASSWORD_FILE",
      ]
      return .bad(name, file, why: failure.message, remedy: remedies[failure.reason])
    }
  }

  private func chain(_ network: String, _ desk: StreamDesk) -> [Check] {
    let name = "chain"
    guard let told = try? JSON(parsing: desk.probe()) else {
      return [.bad(name, network, why: "what is known of it could not be read")]
    }
    let what = "\(network), chain \(told["chain"].plain)"
    guard told["available"]?.bool == true else {
      return [
        .bad(
          name, what, why: told["reason"].plain,
          remedy: "see POLYGON_RPC_URL, PAYMENTS_CHAIN_ID and STREAM_PAYMENT_ADDRESS")
      ]
    }
    let contract = Check.ok("contract of streams", told["contract"].plain)
    return [.ok(name, what), contract] + (desk.hasKey ? [gas(told)] : [])
  }

  private func gas(_ told: JSON) -> Check {
    let name = "gas"
    guard let balance = told["balance"]?.string.flatMap({ UInt256(decimal: $0) }) else {
      return .weak(name, "unknown", why: "the chain does not say what the wallet has")
    }
    let what = TokenAmount(wei: balance, token: .ether).text
    guard balance.isZero else { return .ok(name, what) }
    return .weak(
      name, what, why: "a withdrawal costs gas, and the wallet has nothing to pay it with",
      remedy: "send some of the chain's own money to \(told["recipient"].plain)")
  }

  /// As the node has seen streams last.
  private var node: Check {
    let name = "streams"
    let summary: JSON
    do throws(Failure) {
      var configuration = configuration
      try configuration.takeKeys()
      summary = try NodeClient(NodeClient.Address(configuration)).json("GET", Paths.summary)
    } catch {
      return .weak(name, "unknown", why: "the node does not say: \(error.message)")
    }
    guard let told = summary["payments"], told.members != nil else {
      return .weak(
        name, "unknown", why: "the node says nothing of payments",
        remedy:
          "orien stop and orien start, where PAYMENTS_NETWORK was set since; or an operator's key"
      )
    }
    let payments = Condition.Payments(told)
    let what = "\(payments.good) good, \(payments.bad) bad, \(payments.unknown) unknown"
    guard let reason = payments.reason else { return .ok(name, what) }
    return .bad(
      name, what, why: "the node cannot read them: \(reason)", remedy: "orien plugins, and its log")
  }
}
