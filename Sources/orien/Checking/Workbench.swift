import OrienKernel
import OrienLedger
import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem

/// What plugins need around them to be asked what a node would ask: a ledger, and the jail in which a
/// node would hold them and the one beside it for the programs that they are granted, all of it in a
/// folder that goes with the bench. No node is needed or touched.
final class Workbench {
  let loop: Loop
  private let configuration: Configuration
  private let environment: Environment
  private let log: Log
  private let folder: TemporaryFolder
  private let ledger: Ledger
  /// Of programs and workers, and no node's.
  private let users: SlotUsers?
  private let launcher: Launcher
  private let outside: OutsideJail
  private let starter: JailedWorkers

  private static let patience = Duration.seconds(15)
  private static let closing = Duration.seconds(5)

  /// Blocks until the jail is up. Failures are this machine's.
  init(
    _ configuration: Configuration, _ environment: Environment, log: Log
  ) throws(Failure) {
    self.configuration = configuration
    self.environment = environment
    self.log = log
    folder = try TemporaryFolder(in: "/tmp")
    do throws(Failure) {
      let loop: Loop
      do throws(SystemError) { loop = try Loop() } catch { throw error.failure("starting a loop") }
      self.loop = loop
      ledger = try Ledger.open(in: StateFolder(at: folder.folder.path + "/state")) { failure in
        log.error("the ledger cannot go on", ["error": failure.description])
      }
      users = environment.userID == 0 ? try SlotUsers.take(nil) : nil
      let runLock = try RunLock()
      let program = environment.sibling("orien-jail")
      let worker = environment.sibling("orien-worker")
      let tools = ToolsFolder(
        path: configuration.toolsFolder, storePath: folder.folder.path, worker: worker,
        nodeVersion: Release.version)
      // Under the name of a node's groups it would kill what that has started.
      launcher = try Launcher(
        loop: loop, program: program, runLock: runLock, groupName: Self.groupName, log: log,
        grants: try configuration.grants(environment, tools.named()),
        firstUser: users?.first ?? configuration.firstUser ?? SlotUsers.usual)
      outside = OutsideJail(
        loop: loop, program: program, runLock: runLock, groupName: Self.groupName, log: log)
      starter = JailedWorkers(
        by: launcher, program: JailGrants.workerPlace, libraries: JailGrants.librariesPlace,
        outside: worker, loop: loop, log: log)
      Program.noteOwnLibraries()
    } catch {
      try folder.remove()
      throw error
    }
    try awaitJail()
  }

  private static var groupName: String { "orien-" + String(hex: Random.bytes(8)) }

  private func awaitJail() throws(Failure) {
    var outcome = Result<Void, Failure>.success(())
    launcher.whenClear(within: Self.patience) { [loop] result in
      outcome = result
      loop.stop()
    }
    loop.run()
    if case .failure(let failure) = outcome {
      try close()
      throw failure
    }
  }

  /// The plugin of that library and of the manifest beside it. `path` is absolute. Blocks for the scan.
  func plugin(at path: String) throws(Failure) -> Plugin {
    // Whoever runs this named the file, by whatever links: the loader follows none.
    let library = HostFile.resolved(path) ?? path
    let slash = library.lastIndex(of: "/") ?? library.startIndex
    var tools = ToolsFolder(
      path: slash == library.startIndex ? "/" : String(library[..<slash]),
      storePath: folder.folder.path + "/plugins", worker: environment.sibling("orien-worker"),
      nodeVersion: Release.version)
    tools.starter = starter
    tools.settings = try configuration.pluginSettings()
    return try tools.alone(
      String(library[library.index(after: slash)...]), for: PluginServices(ledger, log: log))
  }

  /// What is asked of the plugin as the role's backend.
  func operations(of page: RolePage, by plugin: Plugin) -> Operations {
    Operations(
      Operations.Parts(loop: loop, ledger: ledger, log: log, grace: .seconds(2), outside: outside),
      RoleChoice(pages: [page], plugins: [page.id: plugin.id]), [plugin])
  }

  /// Ends the plugin's process.
  func close(_ plugin: Plugin) throws(Failure) {
    var outcome = Result<Void, Failure>.success(())
    let closed = loop.reply { [loop] (result: Result<Void, Failure>) in
      outcome = result
      loop.stop()
    }
    // On a thread of its own: workers end by way of the loop.
    Thread("close") {
      closed(Result { () throws(Failure) in try plugin.close(within: Self.closing) })
    }.detach()
    loop.run()
    try outcome.get()
  }

  /// Ends all that was started, and removes all that the bench was.
  func close() throws(Failure) {
    outside.shutdown(within: Self.closing) { [launcher, loop] in
      launcher.shutdown(within: Self.closing) { loop.stop() }
    }
    loop.run()
    ledger.close()
    try folder.remove()
  }
}
