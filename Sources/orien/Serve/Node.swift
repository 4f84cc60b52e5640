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
  private var reloader: Reloader!
  /// Says to the reloader that nothing of a backend is under way any more.
  private let quiet = Channel<Void>()
  private let journal: StartJournal
  private let users: SlotUsers?
  private let images: Images?
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
    var tools = ToolsFolder(
      path: configuration.toolsFolder, storePath: configuration.stateFolder + "/plugins",
      worker: environment.sibling("orien-worker"), nodeVersion: Release.version)
    let journal = StartJournal(in: ledger.folder, log: log)
    self.journal = journal
    if let advice = journal.advice { log.error(advice) }
    tools.isolation = .worker
    tools.isSafe = configuration.isSafe
    tools.onLoading = { journal.note(loading: $0) }
    tools.workers = configuration.workers
    disk = DiskThreads(count: 2)
    sessions = LedgerSessions(ledger, loop: loop, log: log)
    images = try configuration.images(loop: loop, log: log)
    workspaces = try Workspaces(
      at: configuration.workspaceFolder, configuration.workspaces, loop: loop, disk: disk,
      store: sessions, images: images)
    users = try configuration.slotUsers(environment, log)
    launcher = try Launcher(
      loop: loop, program: environment.sibling("orien-jail"), runLock: runLock,
      groupName: try ledger.folder.groupName(), log: log,
      grants: try configuration.grants(environment, tools),
      firstUser: users?.first ?? configuration.firstUser ?? SlotUsers.usual, images: images)
    tools.starter = JailedWorkers(
      by: launcher, program: JailGrants.workerPlace, libraries: JailGrants.librariesPlace,
      outside: tools.worker, loop: loop, log: log)
    Program.noteOwnLibraries()
    let services = PluginServices(ledger, log: log)
    let contents = try tools.load(for: services)
    let policy = configuration.effectivePolicy
    kernel = Kernel(
      Kernel.Parts(
        loop: loop, ledger: ledger, jail: launcher, workspaces: workspaces, disk: disk, log: log),
      policy: policy,
      catalogue: Catalogue(contents, policy: policy), roles: try configuration.roles())
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
    let hold = loop.inbox { [unowned self] (plugin: String) in
      kernel.operations.hold(plugin) { [quiet] in quiet.send(()) }
    }
    tools.onSucceeding = { [quiet] plugin in
      // What came too late for the last one is no answer to this.
      _ = quiet.drain(within: .zero)
      hold.send(plugin.id)
      return quiet.receive(within: Self.quietPatience) != nil
    }
    reloader = try Reloader(
      tools, contents, for: services, adopt: loop.inbox { [unowned self] in adopt($0) }, log: log)
    kernel.onUnused { [reloader] in reloader?.close($0) }
    api.reloadPlugins = { [unowned self] answer in reloader.reload(then: loop.reply(answer)) }
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
      continueStart(result) { learn() }
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

  /// Waits until it is known whether workspaces can be images.
  private func learn() {
    guard let images else { return tryOut() }
    images.whenKnown(within: Self.jailPatience) { [unowned self] in
      continueStart(.success(())) { () throws(Failure) in
        try workspaces.begin(as: configuration.workspaceQuota)
        tell(of: workspaces)
        tryOut()
      }
    }
  }

  /// Runs a program before anybody has asked for one: what keeps all from starting is known, and told,
  /// before the first is accepted or taken up. In an image any program can have its workspace.
  private func tryOut() {
    guard workspaces.enforcement.means != .image else { return took(.passed) }
    do throws(Failure) {
      try JailTrial.run(in: workspaces.root, by: launcher) { [unowned self] in took($0) }
    } catch {
      // As on a disk that is full: that says nothing of the jail.
      took(.unknown(error))
    }
  }

  private func took(_ outcome: JailTrial.Outcome) {
    if case .obstacle(let failure) = outcome { launcher.obstacle = failure }
    tell(of: outcome, launcher.capabilities)
    if !isEnding { takeUp() }
  }

  /// Goes on where the last node stopped, and then listens.
  private func takeUp() {
    ledger.settleLost(
      then: loop.reply { [unowned self] (result: Result<Void, Failure>) in
        continueStart(result) { adoptSessions() }
      })
    startWatch = StartWatch(of: ledger, on: loop) { [unowned self] in fail($0) }
    startWatch?.begin()
  }

  private func adoptSessions() {
    workspaces.adopt(sessions.kept) { [unowned self] result in
      continueStart(result) { adoption in
        tell(of: adoption)
        kernel.recover { [unowned self] in
          endStartWatch()
          tell(of: $0, lost: ledger.recovered.started.count)
          tell(of: kernel.operations)
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
      journal.end()
      Program.giveBackStart()
    } catch {
      fail(error)
    }
  }

  /// Serves with what `tools.d` holds now.
  private func adopt(_ contents: ToolsContents) {
    tell(of: contents, after: kernel.contents)
    kernel.adopt(contents)
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
    journal.end()
    end(within: .zero)
  }

  /// What calls of a backend may take to end before it is replaced.
  private static let quietPatience = Duration.seconds(60)
  private static let drainBound = Duration.seconds(10)

  private func end(within bound: Duration) {
    guard !isEnding else { return }
    isEnding = true
    endStartWatch()
    // Whoever waits for an answer hears the end of its execution, so both end side by side.
    var rest = 2
    let one = { [self] in
      rest -= 1
      if rest == 0 { closePlugins { [self] in endJail() } }
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

  /// On a thread of its own: workers end by way of the loop.
  private func closePlugins(then body: @escaping () -> Void) {
    quiet.close()
    let closed = loop.reply { (_: Void) in body() }
    Thread("close") { [reloader, log] in
      for plugin in reloader?.close() ?? [] {
        do throws(Failure) {
          try plugin.close(within: .seconds(2))
        } catch {
          log.warning("a plugin did not close", ["error": error.description])
        }
      }
      closed(())
    }.detach()
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
    giveUp(after: .seconds(10))
    disk.close()
    ledger.close()
    log.info("ended")
    log.close()
  }
}
