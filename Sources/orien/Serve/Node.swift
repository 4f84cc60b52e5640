import OrienAPI
import OrienHTTP
import OrienKernel
import OrienLedger
import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem

/// The node as a process: its parts, made in the order in which they need one another, run on one
/// loop, and ended in the reverse order.
final class Node {
  let configuration: Configuration
  let log: Log
  private let loop: Loop
  private let signals: Signals
  private let disk: DiskThreads
  private let ledger: Ledger
  private let launcher: Launcher
  private let images: Images?
  private let plugins: [Plugin]
  private let prober: Prober
  private let workspaces: Workspaces
  private let sessions: LedgerSessions
  private let kernel: Kernel
  private let server: HTTPServer
  private var exitCode = ExitCode.success
  private var isEnding = false
  private var startWatch: StartWatch?

  /// Makes everything but the listeners. Blocks for the disk, and until whatever an earlier node
  /// started is gone. To be called before there is a second thread.
  init(_ configuration: Configuration, _ environment: Environment, _ log: Log) throws(Failure) {
    self.configuration = configuration
    self.log = log
    do throws(SystemError) {
      signals = try Signals()
      loop = try Loop()
    } catch {
      throw error.failure("starting the node")
    }
    let (broken, held) = (LedgerNews(), LedgerNews())
    ledger = try Ledger.open(
      folder: configuration.stateFolder, options: configuration.ledger,
      onBroken: { broken.tell($0) },
      onHeld: { failure in
        log.warning(
          "what was promised waits to be written", ["error": failure.description])
        held.tell(failure)
      })
    let runLock = try RunLock(in: ledger.folder)
    let tools = ToolsFolder(
      path: configuration.toolsFolder, storePath: configuration.stateFolder + "/plugins",
      worker: environment.sibling("orien-worker"), nodeVersion: Release.version,
      node: PluginServices(ledger, log: log))
    var grants = environment.grants
    grants.devices = Array(tools.devices().prefix(JailGrants.devicesAtMost))
    images = try configuration.images(loop: loop, log: log)
    launcher = try Launcher(
      loop: loop, program: environment.sibling("orien-jail"), runLock: runLock,
      groupName: try ledger.folder.groupName(), log: log, grants: grants, images: images)
    disk = DiskThreads(count: 2)
    Program.noteOwnLibraries()
    let contents = try tools.load()
    plugins = contents.plugins
    prober = Prober(plugins)
    sessions = LedgerSessions(ledger, loop: loop, log: log)
    workspaces = try Workspaces(
      at: configuration.workspaceFolder, configuration.workspaces, loop: loop, disk: disk,
      store: sessions, images: images)
    let policy = configuration.effectivePolicy
    kernel = Kernel(
      Kernel.Parts(
        loop: loop, ledger: ledger, jail: launcher, workspaces: workspaces, disk: disk, log: log),
      policy: policy,
      catalogue: Catalogue(plugins: contents.plugins, refused: contents.refused, policy: policy))
    let api = API(
      kernel: kernel, workspaces: workspaces, loop: loop, access: configuration.access,
      identity: API.Identity(
        id: configuration.providerID, name: configuration.providerName, version: Release.version))
    server = HTTPServer(
      on: loop, limits: try configuration.effectiveHTTP(log), origins: configuration.origins,
      errorBody: Problem.content, handler: api)
    api.serverFigures = { [unowned server] in
      API.ServerFigures(counts: server.counts, openConnections: server.openConnections)
    }
    broken.onTell(loop.inbox { [unowned self] in fail($0) })
    held.onTell(loop.inbox { [unowned self] _ in startWatch?.begin() })
    tell(of: contents)
    tell(daysBeyond: ledger.daysBeyond)
  }

  /// Serves until it is told to end.
  func run() throws(Failure) -> ExitCode {
    do throws(SystemError) {
      try signals.deliver(on: loop) { [unowned self] in hear($0) }
    } catch {
      throw error.failure("waiting for signals")
    }
    // Nothing may be called lost while it still runs, and nothing run beside it: whatever an earlier
    // node started goes first.
    launcher.whenClear(within: Self.jailPatience) { [unowned self] result in
      continueStart(result) { takeUp() }
    }
    loop.run()
    close()
    return exitCode
  }

  private static let jailPatience = Duration.seconds(30)

  private func continueStart<Value>(
    _ result: Result<Value, Failure>, _ body: (Value) throws(Failure) -> Void
  ) {
    guard !isEnding else { return }
    do throws(Failure) { try body(result.get()) } catch { fail(error) }
  }

  /// Goes on where the last node stopped, and then listens.
  private func takeUp() {
    ledger.settleLost(
      then: loop.reply { [unowned self] (result: Result<Void, Failure>) in
        continueStart(result) { adopt() }
      })
    startWatch = StartWatch(of: ledger, on: loop) { [unowned self] in fail($0) }
    startWatch?.begin()
  }

  private func adopt() {
    guard let images else { return adoptSessions() }
    images.whenKnown(within: Self.jailPatience) { [unowned self] in
      continueStart(.success(())) { () throws(Failure) in
        try workspaces.begin(as: configuration.workspaceQuota)
        tell(of: workspaces)
        adoptSessions()
      }
    }
  }

  private func adoptSessions() {
    workspaces.adopt(sessions.kept) { [unowned self] result in
      continueStart(result) { adoption in
        tell(of: adoption)
        kernel.recover { [unowned self] in
          endStartWatch()
          tell(of: $0, lost: ledger.recovered.started.count)
          listen()
        }
      }
    }
  }

  private func endStartWatch() {
    startWatch?.end()
    startWatch = nil
  }

  private func listen() {
    guard !isEnding else { return }
    do throws(Failure) {
      for address in configuration.addresses {
        let bound = try server.listen(on: address)
        log.announce("orien: listening on http://\(bound)")
      }
      Program.giveBackStart()
    } catch {
      fail(error)
    }
  }

  // MARK: The end

  private func hear(_ signal: Signals.Signal) {
    switch signal {
    case .hangup: log.warning("SIGHUP changes nothing: restart the node to read its files anew")
    case .interrupt, .terminate:
      guard !isEnding else {
        log.warning("ending at once")
        log.close()
        Program.exit(1)
      }
      log.info("ending: running work has \(Self.drainBound) to finish")
      end(within: Self.drainBound)
    }
  }

  /// The node cannot go on: what it has promised is recovered by its next start.
  private func fail(_ failure: Failure) {
    log.error("the node cannot go on", ["error": failure.description])
    exitCode = failure.code == .full ? ExitCode(failure) : ExitCode(1)
    end(within: .zero)
  }

  private static let drainBound = Duration.seconds(10)

  private func end(within bound: Duration) {
    guard !isEnding else { return }
    isEnding = true
    endStartWatch()
    // Whoever waits for an answer hears the end of its execution, so both end side by side.
    var rest = 2
    let one = { [self] in
      rest -= 1
      if rest == 0 { endJail() }
    }
    kernel.shutDown(within: bound, then: one)
    server.shutDown(within: bound + .seconds(3), then: one)
    // What cannot be written now is recovered by the next start.
    _ = loop.schedule(after: bound + .seconds(10)) { [self] in
      log.error("the end took too long: some of the work will be called lost")
      exitCode = ExitCode(1)
      loop.stop()
    }
  }

  private func endJail() {
    workspaces.close()
    launcher.shutdown(within: .seconds(3)) { [loop] in loop.stop() }
  }

  /// Ends the process where the end does not come: a thread that a dead disk holds is waited for by
  /// nobody.
  private func giveUp(after patience: Duration) {
    do throws(SystemError) {
      try Thread(orFailing: "last", stackBytes: 512 << 10) { [log] in
        _ = Channel<Void>().receive(within: patience)
        log.error("the disk holds up the end: what it has not kept will be called lost")
        log.close()
        Program.exit(1)
      }.detach()
    } catch {
      log.warning("nothing bounds the end", ["error": "\(error)"])
    }
  }

  private func close() {
    prober.close()
    for plugin in plugins {
      do {
        try plugin.close(within: .seconds(2))
      } catch {
        log.warning("a plugin did not close", ["error": error.description])
      }
    }
    giveUp(after: .seconds(10))
    disk.close()
    ledger.close()
    log.info("ended")
    log.close()
  }
}
