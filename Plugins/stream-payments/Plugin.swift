internal import OrienEVM
internal import OrienHTTPClient
public import OrienKit

/// Reads streams of a contract on an EVM chain and collects them, and is a backend of payments/1.
private let plugin = Plugin(
  id: "orien.stream-payments", version: "1.0.0",
  "Reads streams of money on an EVM chain, and collects what they have paid",
  // What asks the chain waits for it, and is not to hold up what needs nobody.
  concurrency: 16,
  settings:
    .text(
      "network", "l2.holesky, mainnet, or dev for a chain of this machine; off: there is none",
      default: "off", .length(1...32)),
  .texts(
    "urls", "Endpoints of the chain, the first first; none: the network's own", default: [],
    .count(0...8)),
  .integer(
    "quorum", "So many endpoints have to say the same; 0: the first that answers counts",
    default: 0, .between(0...8)),
  .text("chain", "The chain's number; empty: the network's", default: "", .length(0...20)),
  .text("contract", "Where streams are; empty: the network's", default: "", .length(0...42)),
  .text(
    "token", "What streams have to pay in, 0x0 for the chain's own money; empty: the network's",
    default: "", .length(0...42)),
  .text(
    "recipient", "Whom streams have to pay; empty: the address of the key", default: "",
    .length(0...42)),
  .text(
    "key_file", "The recipient's key, without which streams are only read", default: "",
    .length(0...255)),
  .text("password_file", "Whose first line opens it", default: "", .length(0...255)),
  .optional(
    .integer("confirmations", "How deep the block is that streams are read at", .between(0...256))),
  .optional(
    .integer(
      "clock_skew_seconds",
      "By how much the newest block may be off this machine's clock; 0: by any",
      .between(0...86_400)
    )),
  .text(
    "max_fee", "The most wei that a gas may cost", default: "100000000000",
    .matching("^[0-9]+$"), .length(1...78)),
  .integer(
    "max_gas", "The most gas that a collection may use", default: 300_000,
    .between(21_000...30_000_000)),
  .integer("batch", "Calls in one request at most", default: 200, .between(3...200)),
  .integer(
    "patience_milliseconds", "How long an endpoint may take to answer", default: 8000,
    .between(100...15_000)),
  open: {
    (
      call, network, urls, quorum, chain, contract, token, recipient, keyFile, passwordFile,
      confirmations, skew, maxFee, maxGas, batch, patience
    ) in
    var settings = StreamSettings()
    settings.network = network
    settings.urls = urls
    settings.quorum = quorum
    settings.chain = chain
    settings.contract = contract
    settings.token = token
    settings.recipient = recipient
    settings.keyFile = keyFile
    settings.passwordFile = passwordFile
    settings.confirmations = confirmations
    settings.skewSeconds = skew
    settings.maxFee = maxFee
    settings.maxGas = maxGas
    settings.batch = batch
    settings.patienceMilliseconds = patience
    settings.proxy = HTTPClient.wayOut
    return Payments(settings, store: call.host.store)
  },
  probe: { call, payments in _ = try payments.desk() }
) {
  Handler<Payments>.probe
  Handler<Payments>.inspect
  Handler<Payments>.signer
  Handler<Payments>.keep
  Handler<Payments>.drop
  Handler<Payments>.quote
  Handler<Payments>.sign
  Handler<Payments>.send
  Handler<Payments>.outcome
}

@c @implementation
public func orien_plugin_v1() -> UnsafePointer<orien_plugin>? { plugin.table }
