import OrienAPI
import OrienHTTP
import OrienKernel
import OrienLedger
import OrienModel
import OrienNode
import OrienPlugins
import OrienSandbox
import OrienSystem

/// The node as a process: its parts, made in the order in which they need one another, run on one
/// loop, and ended in the reverse order.
final class Node {
  var configuration: Configuration
  /// Reads the configuration as the start has, from its sources as they are now.
  let reread: Reread
  let log: Log
  let loop: Loop
  private let signals: Signals
  let disk: DiskThreads
  let ledger: Ledger
  let launcher: Launcher
  let outside: OutsideJail
  let lasting: Lasting
  var reloader: Reloader!
  private var successions: Successions!
  let journal: StartJournal
  private let users: SlotUsers?
  /// What it has left of being root; nil: it never was, or is.
  let former: FormerRoot?
  private let images: Images?
  let workspaces: Workspaces
  let sessions: LedgerSessions
  let kernel: Kernel
  let server: HTTPServer
  var exitCode = ExitCode.success
  var isEnding = false
  private var startWatch: StartWatch?
  var isReloading = false
  let api: API
  let notices: ServiceNotices?
  let machines: MachineService
  let payments: PaymentService
  let collections: Collections
  /// Where it listens.
  var places: [String] = []

  typealias Reread = @Sendable () throws(Failure) -> Configuration

  /// Makes everything but the listeners. Blocks for the disk, and until whatever an earlier node
  /// started is gone. To be called before there is a second thread.
  init(
    _ configuration: Configuration, _ environment: Environment, _ log: Log, _ former: FormerRoot?,
    rereading reread: @escaping Reread
  ) throws(Failure) {
    self.configuration = configuration
    self.former = former
    self.reread = reread
    notices = ServiceNotices(environment)
    self.log = log
    do throws(SystemError) {
      signals = try Signals()
      loop = try Loop()
    } catch {
      throw error.failure("starting the node")
    }
    var tools = try configuration.tools(environment)
    tools.onUntidy = { failure in
      log.warning("what is of no plugin any more stays", ["error": failure.description])
    }
    // Nobody else's from here on.
    let state = try StateFolder(at: configuration.stateFolder)
    let ahead = Ahead("ahead")
    let named = ahead.begin { [tools] () throws(Failure) in tools.named() }
    let (judgement, isOpen) = (Judgement(), Channel<Never>())
    _ = ahead.begin { [tools] () throws(Failure) in
      try tools.judge(into: judgement, knowing: try named.value(), beside: []) {
        // Where the ledger refuses the folder nothing else in it is changed.
        _ = isOpen.receive()
      }
    }
    let roles = ahead.begin { () throws(Failure) in try configuration.roles() }
    let (broken, held) = (LedgerNews(), LedgerNews())
    ledger = try Ledger.open(
      in: state, options: configuration.ledger,
      onBroken: { broken.tell($0) },
      onHeld: { failure in
        log.warning("what was promised waits to be written", ["error": failure.description])
        held.tell(failure)
      })
    isOpen.close()
    let runLock = try RunLock(in: state.folder)
    journal = StartJournal(in: state.folder, log: log)
    if let advice = journal.advice { log.error(advice) }
    tools.loop = loop
    tools.onLoading = { [journal] in journal.note(loading: $0) }
    disk = DiskThreads(count: 2)
    sessions = LedgerSessions(ledger, loop: loop, log: log)
    images = try configuration.images(loop: loop, log: log)
    workspaces = try Workspaces(
      at: configuration.workspaceFolder, configuration.workspaces, loop: loop, disk: disk,
      store: sessions, images: images)
    users = try FormerRoot.users(former, configuration, environment, log)
    launcher = try Launcher(
      loop: loop, program: environment.sibling("orien-jail"), runLock: runLock,
      groupName: try state.folder.groupName(), log: log,
      grants: try configuration.grants(environment, try named.value()),
      firstUser: users?.first ?? configuration.firstUser ?? SlotUsers.usual, images: images,
      warden: former?.warden)
    outside = OutsideJail(
      loop: loop, program: environment.sibling("orien-jail"), runLock: runLock,
      groupName: try state.folder.groupName(of: "outside"), log: log, warden: former?.warden)
    tools.reaches = EgressPolicy.names
    tools.starter = JailedWorkers(
      by: launcher, program: JailGrants.workerPlace, libraries: JailGrants.librariesPlace,
      outside: tools.worker, loop: loop, log: log)
    Program.noteOwnLibraries()
    let policy = configuration.effectivePolicy
    lasting = try configuration.lasting(environment, ledger.folder, by: former?.warden)
    let services = PluginServices(
      ledger, LastingPrograms(lasting, required: policy.required, log: log), log: log)
    let contents = try tools.load(judgement, for: services)
    kernel = Kernel(
      Kernel.Parts(
        loop: loop, ledger: ledger, jail: launcher, outside: outside, workspaces: workspaces,
        disk: disk, log: log),
      policy: policy,
      catalogue: Catalogue(contents, policy: policy), roles: try roles.value())
    api = API(
      kernel: kernel, workspaces: workspaces, loop: loop, access: configuration.access,
      identity: API.Identity(
        id: configuration.providerID, name: configuration.providerName, version: Release.version,
        user: User.currentName))
    server = HTTPServer(
      on: loop, limits: try configuration.effectiveHTTP(log), origins: configuration.origins,
      errorBody: Problem.content, handler: api)
    machines = MachineService(
      MachineService.Parts(loop: loop, kernel: kernel, ledger: ledger, log: log),
      configuration.effectiveMachines)
    let payer = RolePayments(kernel)
    let terms = AgreedTerms(of: payer, on: loop)
    payments = PaymentService(
      PaymentService.Parts(
        loop: loop, ledger: ledger, log: log, host: payer, terms: terms,
        price: { [machines] size throws(Failure) in
          try machines.prices.ratePerSecond(of: size)
        }),
      configuration.payments)
    collections = Collections(
      Collections.Parts(
        loop: loop, ledger: ledger, log: log, host: payer, terms: terms, now: payments.clock.now),
      configuration.effectiveCollections)
    api.machines = machines
    joinPayments()
    api.speaksGolem = configuration.speaksGolem
    api.sandbox = configuration.sandbox
    api.sandbox.dockerfile = configuration.sandbox.dockerfile ?? environment.dockerfile
    api.serverFigures = { [unowned server] in
      API.ServerFigures(counts: server.counts, openConnections: server.openConnections)
    }
    let holding = loop.inbox { [unowned self] (plugin: String) in hold(plugin) }
    successions = Successions { holding.send($0) }
    tools.onSucceeding = { [successions] in successions!.ask($0) }
    reloader = try Reloader(
      tools, contents, for: services, adopt: loop.inbox { [unowned self] in adopt($0) },
      successions: successions, log: log)
    kernel.onUnused { [reloader] in reloader?.close($0) }
    api.reloadPlugins = { [unowned self] answer in reloader.reload(then: loop.reply(answer)) }
    admit()
    api.shutDown = { [unowned self] in hear(.terminate) }
    api.reload = { [unowned self] in reload(then: $0) }
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
    server.hold()
    // Nothing may be called lost while it still runs, and nothing run beside it: whatever an earlier
    // node started goes first.
    launcher.whenClear(within: Self.jailPatience) { [unowned self] result in
      continueStart(result) { settleLost() }
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

  private func settleLost() {
    ledger.settleLost(
      then: loop.reply { [unowned self] (result: Result<Void, Failure>) in
        continueStart(result) { () throws(Failure) in
          try listen()
          learn()
        }
      })
    startWatch = StartWatch(of: ledger, on: loop) { [unowned self] in fail($0) }
    startWatch?.begin()
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

  /// Goes on where the last node stopped, and then serves.
  private func takeUp() {
    workspaces.adopt(sessions.kept) { [unowned self] result in
      continueStart(result) { adoption in
        tell(of: adoption)
        kernel.recover { [unowned self] in
          endStartWatch()
          tell(of: $0, lost: ledger.recovered.started.count)
          tell(of: kernel.operations)
          kernel.beginSweeping()
          continueStart(.success(())) { () throws(Failure) in try serve() }
        }
      }
    }
  }

  func endStartWatch() {
    startWatch?.end()
    startWatch = nil
  }

  private func serve() throws(Failure) {
    try server.open()
    journal.end()
    tellManager()
    machines.look()
    payments.lookAnew()
    if configuration.payments.isOn { collections.begin() }
    tellOfLasting()
    _ = loop.schedule(after: Self.startLasts) { Program.giveBackStart() }
  }

  /// What follows a start, once each, has been done by then.
  private static let startLasts = Duration.seconds(1)

  /// Has a backend come to rest, for a load that waits to replace it.
  private func hold(_ plugin: String) {
    kernel.operations.hold(plugin) { [unowned self] in
      if successions.noteQuiet(plugin) { reloader.look() }
    }
    _ = loop.schedule(after: Successions.patience) { [unowned self] in
      if successions.waits(for: plugin) { reloader.look() }
    }
  }

  /// Serves with what `tools.d` holds now.
  private func adopt(_ contents: ToolsContents) {
    tell(of: contents, after: kernel.contents)
    kernel.adopt(contents)
    if server.isOpen { journal.end() }
    machines.look()
    payments.lookAnew()
  }
}
