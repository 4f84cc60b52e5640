// The rows of streams that pay for machines.
extension Command {
  static let streams: [Command] = [
    Command(
      "streams list", "List the streams that pay for machines", options: asking,
      examples: [
        Example("orien streams list", "What each pays, for how long still, and why one does not")
      ], run: listStreams),
    Command(
      "streams show", taking: [.one("VM")], "Show the stream that pays for a machine",
      options: asking,
      examples: [Example("orien streams show web", "As the chain has it, and what it has paid")],
      run: showStream),
    Command(
      "streams earnings", "Sum up what streams have paid", options: asking,
      examples: [
        Example("orien streams earnings", "Of each, and of all that pay in the same token"),
        Example("orien streams earnings --json", "In wei, to the last digit"),
      ], run: sumEarnings),
    Command(
      "streams withdraw", "Withdraw what streams have paid to the node's wallet",
      options: [.ofMachine, .ofAll] + asking,
      examples: [
        Example("orien streams withdraw --vm-id web", "Of one; it goes on when this has ended"),
        Example("orien streams withdraw --all", "Of each that has paid something"),
      ], run: withdraw),
    Command(
      "streams prove", taking: [.one("STREAM")],
      "Sign, as a stream's sender, what it pays for; without a key, say what is to be signed",
      options: [.forMachine, .forSession, .wallet, .passwordFile] + asking,
      examples: [
        Example("orien streams prove 42 --vm web", "The text, for a wallet of any kind"),
        Example(
          "orien streams prove 42 --vm web --json",
          "With its moment: add the signature, and `vm create --proof` takes it from a file"),
        Example(
          "orien streams prove 42 --vm web --wallet wallets/key.json",
          "What goes into an order as its stream_proof, within ten minutes"),
        Example(
          "orien streams prove 42 --session job --wallet wallets/key.json --json",
          "For a session, with the text beside it"),
      ], run: proveStream),
    Command(
      "streams reconcile", "Hold what the ledger has of withdrawals to what the chain has",
      options: asking,
      examples: [
        Example("orien streams reconcile", "1 where they disagree, with where and by how much")
      ], run: reconcile),
    Command(
      "config monitor", "Set how streams are watched, in orien.conf",
      options: [
        .enable, .disable, .noEnable, .monitorInterval, .leastRemaining, .dev, .config, .json,
      ],
      examples: [
        Example(
          "orien config monitor --interval 30 --min-remaining 3600",
          "Each half minute; what is paid for less than an hour is stopped")
      ], run: setMonitor),
    Command(
      "config withdraw", "Set when it is withdrawn by itself, in orien.conf",
      options: [.enable, .disable, .noEnable, .withdrawInterval, .leastWei, .dev, .config, .json],
      examples: [
        Example(
          "orien config withdraw --enable --interval 86400 --min-wei 1000000000000000000",
          "Of each stream once a day, where that brings one GLM at least"),
        Example("orien config withdraw --disable", "Only by orien streams withdraw"),
      ], run: setWithdrawal),
  ]
}

extension Option {
  static let ofMachine = Option("vm-id", value: "VM", "Of the stream that pays for this machine")
  static let ofAll = Option("all", "Of all streams")
}
