package import OrienModel
package import OrienPlugins
package import OrienSandbox
package import OrienSystem

/// Starts workers behind the jail's walls: with a user of their own where there are any, their
/// plugin's folder as the only one that they write to, and the network and devices that its manifest
/// grants. Where nothing walls in they are children of the node, as it says then.
package final class JailedWorkers: WorkerStarter {
  /// Where the jail shows the program, and the libraries that it needs beside the system's.
  private let program: String
  private let libraries: String
  private let open: OpenWorkers
  private let desk: Inbox<WorkerDesk.Order>

  /// To be called on the loop. `program` and `libraries` are places in the jail; `outside` is the
  /// program where there are no walls.
  package init(
    by jail: any Jail, program: String, libraries: String, outside: String, loop: Loop, log: Log
  ) {
    self.program = program
    self.libraries = libraries
    open = OpenWorkers(outside)
    let desk = WorkerDesk(jail, loop, log)
    self.desk = loop.inbox { desk.take($0) }
  }

  package func start(
    _ start: WorkerStart, socket: consuming Descriptor, errors: consuming Descriptor
  ) throws(Failure) -> any StartedWorker {
    let walls = Channel<Bool>()
    desk.send(.whetherWalled(walls))
    guard walls.receive() == true else {
      try start.manifest.grants.checkUnwalled()
      return try open.start(start, socket: socket, errors: errors)
    }
    let reach = try Reach(start.manifest)
    let own = try Folder(at: start.folder)
    let folder: Descriptor
    do { folder = try own.descriptor() } catch { throw error.failure(start.folder) }
    let output: Descriptor
    do { output = try errors.duplicate() } catch { throw error.failure("starting a worker") }
    let worker = JailedWorker(desk)
    let grants = start.manifest.grants
    let shown = try grants.shown()
    var request = JailRequest(
      [program, "--plugin", start.name],
      environment: ["LD_LIBRARY_PATH=\(libraries)", "SWIFT_BACKTRACE=enable=no"]
        + reach.environment,
      limits: Self.limits(start), needsWalls: true, network: reach.network)
    request.places = grants.places
    desk.send(
      .start(
        WorkerDesk.Start(
          worker: worker, request: request, reach: reach, name: start.name,
          raw: [
            socket.release(), output.release(), errors.release(), folder.release(),
          ], shown: shown)))
    return worker
  }

  /// Threads are counted too: the plugin's, and a few that it needs itself.
  private static func limits(_ start: WorkerStart) -> Limits {
    var limits = Limits()
    limits.memoryBytes = start.bounds.memoryBytes
    limits.openFiles = start.bounds.openFiles
    limits.processes = UInt64(start.threads + 64)
    return limits
  }
}

final class JailedWorker: StartedWorker {
  /// The workspace of its jail.
  let folder = "/workspace"
  let isWalled = true
  let ends = Channel<JailEnd>()
  private let desk: Inbox<WorkerDesk.Order>

  init(_ desk: Inbox<WorkerDesk.Order>) { self.desk = desk }

  func finish(within patience: Duration) -> WorkerEnd {
    if let end = ends.receive(within: patience) { return Self.told(end) }
    desk.send(.kill(self))
    // Whoever is to kill it may be at its own end, and takes everything with it.
    guard let end = ends.receive(within: .seconds(10)) else { return .overdue }
    let told = Self.told(end)
    return told == .killed(signal: 9) ? .overdue : told
  }

  private static func told(_ end: JailEnd) -> WorkerEnd {
    if let failure = end.failure { return .lost(failure) }
    switch end.exit.reason {
    case .exited: return .exited(end.exit.code ?? -1)
    case .signal: return .killed(signal: end.exit.signal ?? 9)
    case .memory:
      return .lost(Failure(.internal, "memory", "went beyond its memory (WORKER_MEMORY_BYTES)"))
    case .cancelled: return .overdue
    default: return .lost(Failure(.internal, "limit", "went beyond a limit"))
    }
  }
}

/// What workers want of the jail, done on the loop.
final class WorkerDesk {
  enum Order: Sendable {
    case whetherWalled(Channel<Bool>)
    case start(Start)
    case kill(JailedWorker)
  }

  struct Start: Sendable {
    let worker: JailedWorker
    let request: JailRequest
    let reach: Reach
    let name: String
    /// Input, output, errors, folder: whoever takes the order owns them.
    let raw: [Int32]
    let shown: [HostPlace]
  }

  private let jail: any Jail
  private let loop: Loop
  private let log: Log
  private let resolver: Resolver
  private var running: [ObjectIdentifier: any JailProcess] = [:]

  init(_ jail: any Jail, _ loop: Loop, _ log: Log) {
    self.jail = jail
    self.loop = loop
    self.log = log
    resolver = Resolver(loop: loop)
  }

  func take(_ order: Order) {
    switch order {
    case .whetherWalled(let answer):
      answer.send(jail.capabilities?.walls != JailCapabilities.Walls.none)
    case .start(let start): begin(start)
    case .kill(let worker): running[ObjectIdentifier(worker)]?.kill(.cancelled)
    }
  }

  private func begin(_ start: Start) {
    let descriptors = JailDescriptors(
      input: Descriptor(owning: start.raw[0]), output: Descriptor(owning: start.raw[1]),
      errors: Descriptor(owning: start.raw[2]), workspace: Descriptor(owning: start.raw[3]),
      shown: start.shown)
    var request = start.request
    let key = ObjectIdentifier(start.worker)
    do throws(Failure) {
      request.devices = try start.reach.places(among: jail.devices)
    } catch {
      return start.worker.end(error)
    }
    let doorway = Doorway(
      start.reach.egress, resolver: resolver, loop: loop, log: log, fields: ["plugin": start.name])
    running[key] = jail.start(
      request, descriptors, onStart: { doorway.open($0) },
      onEnd: { [self] end in
        running[key] = nil
        var usage = end.usage
        doorway.close(billing: &usage)
        start.worker.ends.send(end)
      })
  }
}

extension JailedWorker {
  fileprivate func end(_ failure: Failure) {
    let exit = ProcessExit(code: nil, signal: nil, reason: .lost)
    ends.send(JailEnd(exit: exit, usage: Usage(), failure: failure))
  }
}
