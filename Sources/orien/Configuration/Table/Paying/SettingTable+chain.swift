// Which chain it is by which is paid, and whom. Each is known by its name behind GOLEM_PROVIDER_ too.
extension Setting {
  static let chain: [Setting] = [
    Setting(
      "POLYGON_RPC_URL", \.chain.urls, .endpoints,
      "Endpoints of its chain, the first first; also L2_RPC_URL and KAOLIN_RPC_URL",
      fallback: "the network's own, where it has one"),
    Setting(
      "PAYMENTS_CHAIN_ID", \.chain.chain, .text,
      "The chain's number, which every endpoint has to have",
      fallback: "31337 for dev; else it must be set"),
    Setting(
      "STREAM_PAYMENT_ADDRESS", \.chain.contract, .text, "The contract that streams are in",
      fallback: "the network's own, where it has one"),
    Setting(
      "GLM_TOKEN_ADDRESS", \.chain.token, .text,
      "The token that streams have to pay in; 0x0 is the chain's own money",
      fallback: "the network's own, where it has one"),
    Setting(
      "GOLEM_DEPLOYMENTS_DIR", \.chain.deploymentsFolder, .optional(.path),
      "A folder whose `l2.json`, or `NETWORK.json`, says both of these that are not set"),
    Setting(
      "PAYMENTS_RECIPIENT", \.chain.recipient, .text,
      "Whom streams have to pay, where there is no key", fallback: "the address of the key"),
    Setting(
      "ETHEREUM_KEY_DIR", \.chain.keyFolder, .optional(.path),
      "The folder of `provider_key.json`, which `orien wallet new` makes",
      fallback: "`keys` in the state folder"),
    Setting(
      "ETHEREUM_KEY_PASSWORD_FILE", \.chain.passwordFile, .optional(.path),
      "The file whose first line opens that key; the plugin sees all of its folder"),
    Setting(
      "STREAM_CONFIRMATIONS", \.chain.confirmations, .optional(.whole(0...256)),
      "How many blocks there have to be above the one that streams are read at",
      fallback: "3 for l2.holesky, 12 for mainnet, 0 for dev"),
  ]
}
