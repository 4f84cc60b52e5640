import OrienPlugins

// Beside the node: a process for one plugin, so that what the plugin breaks is this process.
//
//     orien-worker --scan LIBRARY    say on standard output what the library's table lists

guard CommandLine.arguments.count == 3, CommandLine.arguments[1] == "--scan" else {
  fatalError("usage: orien-worker --scan LIBRARY; it is the node that starts it")
}
Scan.run(CommandLine.arguments[2])
