// The rows of programs that outlive the node.
extension Command {
  static let lasting: [Command] = [
    Command(
      "lasting list", "List the programs that outlive the node, whether one runs or not",
      options: [.state, .config, .json],
      examples: [Example("orien lasting list", "Machines, say, of whichever plugin")],
      run: listLasting),
    Command(
      "lasting stop", taking: [.any("PLUGIN/NAME")],
      "Stop such programs, also those whose plugin is gone",
      options: [.allLasting, .grace, .state, .config, .json],
      examples: [
        Example("orien lasting stop com.example.vm/web-1", "As the list names it; its plugin sees"),
        Example("orien lasting stop --all --grace 60", "Before Orien is taken off a machine"),
      ], run: stopLasting),
  ]
}
