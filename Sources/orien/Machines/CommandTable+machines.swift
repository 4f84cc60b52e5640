// The rows of machines that are rented, and of what they are reached by.
extension Command {
  static let machines: [Command] = [
    Command(
      "proxy setup", "Say what nginx lacks to lend ports of machines, or add it",
      options: [.write, .config, .json],
      examples: [
        Example("orien proxy setup", "The lines, and where they go; 1 where some are missing"),
        Example("orien proxy setup --write", "Adds them, where nginx takes them; else nothing"),
      ], run: setUpProxy)
  ]
}
