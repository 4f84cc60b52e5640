// The row of where a test network's money comes from.
extension Command {
  static let faucet: [Command] = [
    Command(
      "wallet faucet-l2", "Ask a test network's faucet for what collecting costs there",
      options: [.address, .chainURL, .config, .json],
      examples: [
        Example(
          "orien wallet faucet-l2", "For the provider's own address, where it has too little"),
        Example(
          "orien wallet faucet-l2 --address 0x52908400098527886E0F7030069857D2E4169EE7",
          "For another; it takes some work, a minute at most"),
      ], run: askFaucet)
  ]
}

extension Option {
  static let address = Option("address", value: "ADDRESS", "For whom; else the provider's own")
  static let chainURL = Option(
    "rpc", value: "URL", "Where the balance is asked for, in place of the settings")
}
