// The rows of a node that runs by itself, and of how there comes to be one.
extension Command {
  static let background: [Command] = [
    Command(
      "start", "Run a node as a provider of machines does, also in the background",
      options: Setting.all.compactMap(\.flag) + [
        .safeMode, .config, .daemon, .detach, .network, .noVerifyPort, .stopMachines,
        .keepMachines, .gui, .noGUI,
      ],
      examples: [
        Example("orien start --daemon", "Says where it listens, or why it does not"),
        Example("orien start --network testnet --stop-vms-on-exit", "In the foreground, as serve"),
      ], run: start),
    Command(
      "stop", "End the node that runs on the state folder",
      options: [.endPatience, .state, .config, .json],
      examples: [
        Example("orien stop", "In good order; after --timeout seconds whatever it does")
      ], run: stop),
    Command(
      "init", "Make state folder, key and orien.conf for a first start",
      options: [.name, .port, .coordinator, .config, .state, .json],
      examples: [
        Example("orien init", "What is there already stays as it is"),
        Example("orien init --name shed --port 7466", "With these two settings made"),
      ], run: initialize),
    Command(
      "import golem", taking: [.one("DIR")], "Take over what golem-provider has kept in a folder",
      options: [.dryRun, .state, .config, .json],
      examples: [
        Example("orien import golem ~/.golem/provider --dry-run", "Only say what would be done"),
        Example("orien import golem ~/.golem/provider", "Nothing in that folder is changed"),
      ], run: importGolem),
  ]
}

extension Option {
  static let daemon = Option("daemon", letter: "d", "Go on in the background")
  static let detach = Option("detach", "The same")
  static let network = Option("network", value: "NETWORK", "testnet or mainnet: NETWORK")
  static let noVerifyPort = Option(
    "no-verify-port", "Ask nobody whether the ports can be reached from outside")
  static let stopMachines = Option("stop-vms-on-exit", "Stop the machines when the node ends")
  static let keepMachines = Option("keep-vms-on-exit", "Let them go on (the default)")
  static let gui = Option("gui", "Taken and left: there is no window")
  static let noGUI = Option("no-gui", "Taken and left: there is no window")
  static let endPatience = Option(
    "timeout", value: "SECONDS", "How long it may take to end; else 15")
  static let name = Option("name", letter: "n", value: "NAME", "The node's name, for people")
  static let port = Option("port", letter: "p", value: "PORT", "The port to listen on")
  static let coordinator = Option(
    "coordinator", letter: "c", value: "URL", "Who is told that the node is there")
  static let dryRun = Option("dry-run", "Say what would be done, and do nothing")
}
