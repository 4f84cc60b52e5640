// The rows of machines that are rented.
extension Command {
  static let renting: [Command] = [
    Command(
      "vm create", taking: [.one("NAME")], "Rent a machine, and wait until it can be logged in to",
      options: [
        .size, .cpu, .memory, .storage, .image, .publicKey, .machineStream, .wallet,
        .passwordFile, .proofFile, .waitMade, .noWaitMade,
      ] + asking,
      examples: [
        Example("orien vm create web", "The smallest; the node makes a pair of keys for it"),
        Example(
          "orien vm create web --size medium --key ~/.ssh/id_ed25519.pub",
          "Small, medium, large or xlarge, for who has a key already"),
        Example(
          "orien vm create web --stream 42",
          "Paid for by that stream; where no key is needed, what opens it is kept here"),
        Example(
          "orien vm create web --stream 42 --wallet wallets/key.json",
          "Signed for by the stream's sender, as most nodes want it"),
        Example("orien vm create web --cpu 2 --memory 4 --storage 20 --async", "Do not wait"),
      ], run: createMachine),
    Command(
      "vm list", "List one's machines", options: asking,
      examples: [Example("orien vm list", "An operator's list has everybody's")],
      run: listMachines),
    Command(
      "vm show", taking: [.one("NAME")], "Show one machine, by its name or its id",
      options: asking,
      examples: [Example("orien vm show web", "What it is, and why where it is not well")],
      run: showMachine),
    Command(
      "vm access", taking: [.one("NAME")], "Say how to log in; a key of the node's comes this once",
      options: [.save] + asking,
      examples: [
        Example("orien vm access web --save web.key", "A new file that only you may read"),
        Example("orien vm access web --json", "With the key in it, where it was not given yet"),
      ], run: showAccess),
    Command(
      "vm ssh", taking: [.one("NAME"), .any("COMMAND")], "Log in to a machine by ssh",
      options: [.identity, .url, .keyFile],
      examples: [
        Example("orien vm ssh web", "By the key that was saved for it, or those that ssh has"),
        Example("orien vm ssh web -- uname -a", "One command; it ends as that does"),
      ], run: logIn),
    Command(
      "vm stream", taking: [.one("NAME")], "Show the stream that pays for a machine",
      options: asking,
      examples: [Example("orien vm stream web", "What it pays, and for how long still")],
      run: showStream),
    Command(
      "vm start", taking: [.one("NAME")], "Start a machine that is stopped", options: asking,
      examples: [Example("orien vm start web", "At the port that it had")], run: startMachine),
    Command(
      "vm stop", taking: [.one("NAME")], "Stop a machine; it keeps disk, port and place",
      options: asking, examples: [Example("orien vm stop web", "And orien vm start web later")],
      run: stopMachine),
    Command(
      "vm delete", taking: [.one("NAME")], "Delete a machine and all that it has",
      options: asking, examples: [Example("orien vm delete web", "Nothing of it comes back")],
      run: deleteMachine),
  ]
}

extension Option {
  static let size = Option("size", value: "SIZE", "small, medium, large or xlarge; else small")
  static let cpu = Option("cpu", value: "COUNT", "Processors, over those of the size")
  static let memory = Option("memory", value: "GB", "Memory, over that of the size")
  static let storage = Option("storage", value: "GB", "Disk, over that of the size")
  static let image = Option("image", value: "NAME", "What it boots; else the node's own choice")
  static let publicKey = Option(
    "key", value: "FILE", "Your public key; without one the node makes a pair")
  static let machineStream = Option(
    "stream", value: "ID", "The stream that pays, where the node wants one")
  static let waitMade = Option("wait", "Wait until it can be logged in to (the default)")
  static let noWaitMade = Option("async", "Answer once it is being made")
  static let save = Option(
    "save", value: "FILE", "Write the private key to a new file that only you may read")
  static let identity = Option(
    "key", value: "FILE", "The private key to log in by; else the one that was saved")
}
