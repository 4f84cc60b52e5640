// The rows of the key by which is paid.
extension Command {
  static let wallet: [Command] = [
    Command(
      "wallet new", "Make the key that streams pay to, and say its address",
      options: [.passwordFile, .state, .config, .json],
      examples: [
        Example("orien wallet new", "In a file that this user alone reads, for `orien serve`"),
        Example(
          "orien wallet new --password-file /etc/orien/password/wallet",
          "Sealed, as wallets exchange it; ETHEREUM_KEY_PASSWORD_FILE then names that file"),
      ], run: makeWallet),
    Command(
      "wallet show", "Say the address of that key and where it is",
      options: [.balance, .passwordFile, .state, .config, .json],
      examples: [
        Example("orien wallet show", "What whoever opens a stream is to pay to"),
        Example("orien wallet show --balance --json", "With what it has to pay for gas, in wei"),
      ], run: showWallet),
  ]
}
