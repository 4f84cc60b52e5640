import OrienPlugins

// Beside the node: a process for one plugin, so that what the plugin breaks is this process.
//
//     orien-worker --scan LIBRARY    say on standard output what the library's table lists
//     orien-worker --seek LIBRARY SYMBOL    say there whether the library has the function
//     orien-worker --plugin NAME     hold the plugin that the node names on descriptor 3

switch CommandLine.arguments.dropFirst().first {
case "--scan" where CommandLine.arguments.count == 3: Scan.run(CommandLine.arguments[2])
case "--seek" where CommandLine.arguments.count == 4:
  Scan.run(CommandLine.arguments[2], symbol: CommandLine.arguments[3])
case "--plugin" where CommandLine.arguments.count == 3: WorkerProcess.run()
default: fatalError("usage: orien-worker --scan LIBRARY; it is the node that starts it")
}
