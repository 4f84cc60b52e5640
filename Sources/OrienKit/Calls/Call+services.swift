internal import COrienABI

extension Call {
  /// How `openFile` opens.
  public enum FileMode: UInt32, Sendable {
    case read
    /// Create it, or empty it.
    case write
    case append
  }

  /// Opens a regular file of the workspace, following no link and never outside it. The caller
  /// closes the descriptor. A file left in the workspace is an artifact of the call.
  public func openFile(_ path: String, _ mode: FileMode = .read) throws(Failure) -> Int32 {
    try path.checkCrossing(as: "a path")
    let files = try host.service(ORIEN_SERVICE_FILES, \orien_files.open)
    var descriptor: Int32 = -1
    let status = files.pointee.open(raw, path, mode.rawValue, &descriptor)
    try Failure.check(status, "opening '\(path)'")
    return descriptor
  }

  /// Makes a place of the machine's at which the workspace of a later call can be shown to a daemon
  /// that has mounted it by then, as a slave; its path. A file of its own name is in it for as long
  /// as it shows nothing.
  public func makePlace() throws(Failure) -> String {
    let places = try host.service(ORIEN_SERVICE_PLACES, \orien_places.make)
    var path = orien_bytes()
    let status = places.pointee.make(raw, &path)
    let bytes = host.taking(path)
    try Failure.check(status, "making a place")
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Shows the workspace at a place, until the call is over. No other is ever shown there.
  public func showWorkspace(at place: String, readsOnly: Bool) throws(Failure) {
    try place.checkCrossing(as: "a place")
    let places = try host.service(ORIEN_SERVICE_PLACES, \orien_places.show)
    let flags = readsOnly ? UInt32(ORIEN_READS_ONLY) : 0
    try Failure.check(places.pointee.show(raw, place, flags), "showing the workspace")
  }

  /// Removes the plugin's places that show nothing, but for these: those of a process of it that has
  /// ended too.
  public func clearPlaces(keeping kept: [String]) throws(Failure) {
    for place in kept { try place.checkCrossing(as: "a place") }
    let places = try host.service(ORIEN_SERVICE_PLACES, \orien_places.clear)
    let list = TextList(kept)
    let status = withExtendedLifetime(list) { places.pointee.clear(raw, list.pointer) }
    try Failure.check(status, "removing places")
  }

  /// Writes to the node's log, under this call's name.
  public func log(_ level: Host.Level, _ message: String) { host.log(level, message, about: raw) }

  /// Ends the handler's part: the call goes on as the command, its output follows what was
  /// emitted, its exit is the call's outcome. Once a call, and the last thing that it does.
  public func exec(_ command: Command) throws(Failure) {
    let process = try host.service(ORIEN_SERVICE_PROCESS, \orien_process.exec)
    let status = try command.withTable { process.pointee.exec(raw, $0) }
    guard status == orien_status(ORIEN_EXEC) else {
      return try Failure.check(status, "exec of '\(command.program)'")
    }
    answer.pointee = status
  }

  /// Runs the command and waits for it, its streams joining the call's as they come. However it
  /// ended is no failure here: that is the handler's to judge, or `ended`'s to tell.
  public func run(_ command: Command) throws(Failure) -> Exit {
    let process = try host.service(ORIEN_SERVICE_PROCESS, \orien_process.run)
    var exit = orien_exit()
    exit.size = UInt32(MemoryLayout<orien_exit>.size)
    let status = try command.withTable { process.pointee.run(raw, $0, &exit, 0, nil, nil) }
    try Failure.check(status, "running '\(command.program)'")
    return Exit(exit)
  }

  /// Runs the command and waits for it, keeping up to `bytes` of each of its two streams.
  public func run(_ command: Command, capturing bytes: UInt64) throws(Failure) -> Captured {
    let process = try host.service(ORIEN_SERVICE_PROCESS, \orien_process.run)
    var exit = orien_exit()
    exit.size = UInt32(MemoryLayout<orien_exit>.size)
    var output = orien_bytes()
    var errors = orien_bytes()
    let status = try command.withTable {
      process.pointee.run(raw, $0, &exit, bytes, &output, &errors)
    }
    let captured = Captured(
      exit: Exit(exit), output: host.taking(output), errors: host.taking(errors))
    try Failure.check(status, "running '\(command.program)'")
    return captured
  }
}
