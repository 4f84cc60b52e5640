import Foundation
package import OrienKernel
package import OrienLedger
package import OrienModel
import OrienPlugins
package import OrienSandbox
package import OrienSystem

/// A whole node but for its listeners, on a state folder of its own: ledger, workspaces, plugins
/// and kernel are real, processes run in a fake jail or by way of orien-jail.
///
/// Its loop runs on the test's thread, and only while something is awaited. `close` ends it.
package final class World {
  package struct Settings {
    package var libraries: [Library] = []
    package var policy = Policy.standard
    package var ledger = Ledger.Options()
    package var workspaces = WorkspaceLimits()
    /// The roles' pages, and which plugins are wanted for them.
    package var roles = RoleChoice()
    /// Processes are real ones.
    package var hasLauncher = false

    package init(_ libraries: Library...) { self.libraries = libraries }
  }

  package let scratch: Scratch
  package let loop: Loop
  package let ledger: Ledger
  package let workspaces: Workspaces
  package let kernel: Kernel
  package let disk: DiskThreads
  package let refused: [Failure]
  /// What became of the work of the world before it.
  package let recovery: Kernel.Recovery
  /// What its plugins have outlive it; whoever starts some ends it.
  package let lasting: Lasting
  private let fake: FakeJail?
  package let launcher: Launcher?
  private let outsideJail: OutsideJail?
  private let plugins: [Plugin]
  private var isLedgerOpen = true
  private let broken = Channel<Failure>()

  /// Goes on where the world stopped that left `before`, in a copy of it.
  package init(_ settings: Settings, after before: Scratch? = nil) throws {
    let scratch = try before.map(Scratch.init(copying:)) ?? Scratch()
    self.scratch = scratch
    loop = try Loop()
    let broken = broken
    ledger = try Ledger.open(in: StateFolder(at: scratch / "state"), options: settings.ledger) {
      broken.send($0)
    }
    let jail: any Jail
    let outside: any Jail
    if settings.hasLauncher {
      let lock = try RunLock(in: ledger.folder)
      outsideJail = OutsideJail(
        loop: loop, program: Built.jail, runLock: lock,
        groupName: "orien-" + String(hex: Random.bytes(8)), log: Self.log)
      outside = outsideJail!
      launcher = try Launcher(
        loop: loop, program: Built.jail, runLock: lock,
        groupName: "orien-" + String(hex: Random.bytes(8)), log: Self.log)
      (fake, jail) = (nil, launcher!)
    } else {
      fake = FakeJail(loop)
      (launcher, jail) = (nil, fake!)
      (outsideJail, outside) = (nil, fake!)
    }
    if let launcher {
      try loop.answer { launcher.whenClear(within: .seconds(30), $0) }
      guard loop.drive(until: { launcher.isUp }) else {
        throw Failure(.unavailable, "no-launcher", "no launcher came up")
      }
    }
    try loop.answer { [loop, ledger] in ledger.settleLost(then: loop.reply($0)) }
    disk = DiskThreads(count: 2)
    lasting = Lasting(
      program: Built.jail, at: scratch / "state/lasting",
      groupName: "orien-" + String(hex: Random.bytes(8)))
    let services = PluginServices(
      ledger, LastingPrograms(lasting, required: settings.policy.required, log: Self.log),
      log: Self.log)
    let tools = try Self.load(settings.libraries, in: scratch, for: services, on: loop)
    plugins = tools.plugins
    refused = tools.refused.map(\.failure)
    let sessions = LedgerSessions(ledger, loop: loop, log: Self.log)
    let workspaces = try Workspaces(
      at: scratch / "workspaces", settings.workspaces, loop: loop, disk: disk, store: sessions)
    let kernel = Kernel(
      Kernel.Parts(
        loop: loop, ledger: ledger, jail: jail, outside: outside, workspaces: workspaces,
        disk: disk, log: Self.log),
      policy: settings.policy,
      catalogue: Catalogue(tools, policy: settings.policy), roles: settings.roles)
    (self.workspaces, self.kernel) = (workspaces, kernel)
    _ = try loop.answer { workspaces.adopt(sessions.kept, then: $0) }
    recovery = try loop.answer { answer in kernel.recover { answer(.success($0)) } }
  }

  private static func load(
    _ libraries: [Library], in scratch: Scratch, for services: PluginServices, on loop: Loop
  ) throws -> ToolsContents {
    let folder = try scratch.folder("tools.d")
    for library in libraries {
      if let bytes = try library.bytes {
        try scratch.write(bytes, to: "tools.d/\(library.name).so", mode: 0o755)
      }
      guard let manifest = library.manifest else { continue }
      try scratch.write(manifest, to: "tools.d/\(library.name).json")
    }
    var tools = ToolsFolder(
      path: folder, storePath: scratch / "state/plugins", worker: Built.worker,
      nodeVersion: "1.0.0")
    tools.loop = loop
    return try tools.load(for: services)
  }

  private static let log = Log(level: .error, format: .text, descriptor: nowhere)
  private static let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)

  package var jail: FakeJail {
    guard let fake else { preconditionFailure("this world's processes are real") }
    return fake
  }

  /// Why the ledger can write no more; nil while it can.
  package var ledgerFailure: Failure? { broken.receive(within: .zero) }

  /// Runs the loop until the condition holds; `otherwise` says what is there in its stead.
  package func wait(
    within bound: Duration = .seconds(30), until condition: () -> Bool,
    else otherwise: () -> String = { "" }
  ) throws(Failure) {
    guard loop.drive(within: bound, until: condition) else {
      throw Failure(.internal, "no-event", "what a test waits for did not come; \(otherwise())")
    }
  }

  /// Ends it as a node ends that is told to.
  package func close() throws {
    try shutDown(within: .zero)
    workspaces.close()
    if let launcher {
      var isOver = false
      launcher.shutdown(within: .seconds(10)) { isOver = true }
      try wait { isOver }
    }
    if let outsideJail {
      var isOver = false
      outsideJail.shutdown(within: .seconds(10)) { isOver = true }
      try wait { isOver }
    }
    for plugin in plugins { try? plugin.close(within: .seconds(2)) }
    disk.close()
    closeLedger()
  }

  package func shutDown(within bound: Duration) throws {
    var isIdle = false
    kernel.shutDown(within: bound) { isIdle = true }
    try wait { isIdle }
  }

  /// Leaves the folder as a node does that dies now, with nothing said about what runs. This world
  /// can write no more and only waits to be closed.
  package func die() -> Scratch {
    closeLedger()
    return scratch
  }

  private func closeLedger() {
    guard isLedgerOpen else { return }
    isLedgerOpen = false
    ledger.close()
  }
}
