package import OrienLedger
package import OrienModel
package import OrienSandbox
package import OrienSystem

/// The one way work happens: admit, grant, run, meter, settle. Belongs to the loop, like all it
/// holds.
///
/// The money invariant is kept here and in the ledger together: what was accepted ends in exactly
/// one final record, and nobody hears of an acceptance or of an end before it is on the disk.
package final class Kernel {
  /// What a node has, put together by its process.
  package struct Parts {
    package var loop: Loop
    package var ledger: Ledger
    package var jail: any Jail
    /// Where programs run that manifests let out of it.
    package var outside: any Jail
    package var workspaces: Workspaces
    package var disk: DiskThreads
    package var log: Log
    /// What streams have for sessions; nil: none are taken.
    package var funds: (any SessionFunds)?

    package init(
      loop: Loop, ledger: Ledger, jail: any Jail, outside: any Jail, workspaces: Workspaces,
      disk: DiskThreads, log: Log
    ) {
      self.loop = loop
      self.ledger = ledger
      self.jail = jail
      self.outside = outside
      self.workspaces = workspaces
      self.disk = disk
      self.log = log
    }
  }

  private(set) var parts: Parts
  package let policy: Policy
  package internal(set) var catalogue: Catalogue
  package internal(set) var counters = Counters()
  var admission: Admission
  /// Those that are not over, and those that are and were asked for lately.
  var executions: [ExecutionID: Execution] = [:]
  var recent = Recent()
  /// Calls that were given up and have not returned: their slots are taken for good.
  package internal(set) var stuck = 0
  package internal(set) var isDraining = false
  /// False where the operator wants no new work, and what was accepted done.
  package var isAdmitting = true
  var whenIdle: (() -> Void)?
  var onCatalogue: () -> Void = {}
  let uses = PluginUses()
  var sweeping = EagerSweeping()
  /// What the node's own services ask of backends.
  package let operations: Operations
  /// Of the names that programs ask for.
  let resolver: Resolver
  let outside: OutsidePrograms

  package init(
    _ parts: Parts, policy: Policy, catalogue: Catalogue, roles: RoleChoice = RoleChoice()
  ) {
    self.parts = parts
    resolver = Resolver(loop: parts.loop)
    outside = OutsidePrograms(
      jail: parts.outside, resolver: resolver, loop: parts.loop, log: parts.log)
    self.policy = policy
    self.catalogue = catalogue
    admission = Admission(
      bounds: .init(
        slots: policy.slots, queued: policy.queued, queuedPerOwner: policy.queuedPerOwner))
    operations = Operations(
      Operations.Parts(
        loop: parts.loop, ledger: parts.ledger, log: parts.log, grace: policy.grace,
        outside: outside, places: parts.workspaces.places),
      roles, catalogue.plugins, uses: uses)
    operations.onIdle = { [unowned self] in noteIfIdle() }
  }

  /// From now on streams pay for sessions.
  package func take(_ funds: any SessionFunds) { parts.funds = funds }

  /// Executions that are accepted and not over.
  package var active: Int { executions.count - recent.count }
  package var running: Int { admission.running }
  package var waiting: Int { admission.waiting }
  package var ledgerGauges: Gauges { parts.ledger.gauges }
  package var diskBacklog: Int { parts.disk.backlog }
  /// No process can be started now.
  package var isJailDown: Bool { !parts.jail.isUp }

  /// How far programs are walled in, in one word.
  package var isolation: String { parts.jail.capabilities?.isolation ?? "none" }
  /// Why no further; nil where it is as far as it can be.
  package var whyIsolationIsNotHigher: String? { parts.jail.capabilities?.whyNotHigher }
  /// What keeps every program from starting.
  package var obstacle: Failure? { parts.jail.capabilities?.obstacle }

  /// Programs are refused: nothing walls them in, and the operator has not said that this will do.
  package var refusesPrograms: Bool {
    !policy.allowsUnsafe && parts.jail.capabilities?.walls == JailCapabilities.Walls.none
  }

  /// Why a tool cannot be called now; nil where it can.
  package func trouble(of tool: Tool) -> Failure? {
    tool.pluginTrouble
      ?? (tool.needsPrograms ? trouble(ofProgramsOf: tool) : tool.shortfallInNode)
  }

  private func trouble(ofProgramsOf tool: Tool) -> Failure? {
    if let obstacle { return obstacle }
    if refusesPrograms { return .unwalled }
    switch tool.reach {
    case .failure(let failure): return failure
    case .success(let reach):
      return reach.missingDevice
        ?? tool.shortfall(
          inJail: parts.jail.capabilities, workspaces: parts.workspaces.enforcement.means)
    }
  }
}

/// Finished executions that are still in memory, oldest first, by how much they hold.
struct Recent {
  private var kept: [(id: ExecutionID, bytes: Int)] = []
  private var next = 0
  private(set) var bytes = 0

  var count: Int { kept.count - next }

  mutating func add(_ id: ExecutionID, bytes: Int) {
    kept.append((id, bytes))
    self.bytes += bytes
  }

  /// Takes out the oldest where together they hold more than the bound.
  mutating func takeOldest(beyond bound: Int) -> ExecutionID? {
    guard bytes > bound, next < kept.count else { return nil }
    let oldest = kept[next]
    next += 1
    bytes -= oldest.bytes
    if next > 1024, next > kept.count / 2 {
      kept.removeFirst(next)
      next = 0
    }
    return oldest.id
  }
}
