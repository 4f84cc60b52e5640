// The rows of machines that are rented, and of what they are reached by.
extension Command {
  private static let places: [Option] = [.state, .config, .json]

  static let machines: [Command] = [
    Command(
      "vm image add", taking: [.one("NAME"), .one("SOURCE")],
      "Keep a disk from which machines can be made, by a name of your own",
      options: places,
      examples: [
        Example("orien vm image add debian-12 ./debian-12.qcow2", "A file, as it is now"),
        Example(
          "orien vm image add debian-12 https://example.org/debian-12.qcow2#<sha256>",
          "From a server, and only if its bytes have that hash"),
      ], run: addMachineImage),
    Command(
      "vm image list", "List the disks that machines can be made from", options: places,
      examples: [Example("orien vm image list", "Names, and how large the disks are")],
      run: listMachineImages),
    Command(
      "vm image remove", taking: [.one("NAME")], "Remove a disk that machines were made from",
      options: places,
      examples: [
        Example("orien vm image remove debian-12", "Machines that stand on it keep it")
      ], run: removeMachineImage),
    Command(
      "proxy setup", "Say what nginx lacks to lend ports of machines, or add it",
      options: [.write, .config, .json],
      examples: [
        Example("orien proxy setup", "The lines, and where they go; 1 where some are missing"),
        Example("orien proxy setup --write", "Adds them, where nginx takes them; else nothing"),
      ], run: setUpProxy),
  ]
}
