// The rows of keys.
extension Command {
  static let keys: [Command] = [
    Command(
      "key new", taking: [.one("NAME")], "Make a key for somebody, and show it this once",
      options: [.keyRole, .state, .config, .json],
      examples: [
        Example("orien key new alice", "Alice's calls, sessions and files are hers alone"),
        Example("orien key new admin --role operator", "One that sees and may do everything"),
      ], run: newKey),
    Command(
      "key list", "List the keys by name", options: [.state, .config, .json],
      examples: [Example("orien key list", "Names, roles and ages; no key is kept")],
      run: listKeys),
    Command(
      "key revoke", taking: [.one("NAME")], "Take a key back",
      options: [.state, .config, .json],
      examples: [
        Example("orien key revoke alice", "What is hers stays, for a new key of that name")
      ], run: revokeKey),
  ]
}
