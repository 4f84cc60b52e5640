package import OrienLedger
package import OrienModel
package import OrienPlugins
package import OrienSandbox
package import OrienSystem

/// What the node's own services ask of backends. Each operation is held to its role's page on both
/// ways, has a deadline, and stands in the ledger where it changes something. Belongs to the loop.
package final class Operations {
  package struct Parts {
    package var loop: Loop
    package var ledger: Ledger
    package var log: Log
    /// How long a backend may go on after its deadline before it is given up.
    package var grace: Duration
    /// What backends start outside of the jail; nil: nothing.
    var outside: OutsidePrograms?
    /// Where backends wait for workspaces; nil: nowhere.
    var places: Places?

    /// Without a kernel. `outside`: the jail of programs that run beside the walls; nil: none do.
    package init(
      loop: Loop, ledger: Ledger, log: Log, grace: Duration, outside: (any Jail)? = nil
    ) {
      self.init(
        loop: loop, ledger: ledger, log: log, grace: grace,
        outside: outside.map { jail in
          OutsidePrograms(jail: jail, resolver: Resolver(loop: loop), loop: loop, log: log)
        }, places: nil)
    }

    init(
      loop: Loop, ledger: Ledger, log: Log, grace: Duration, outside: OutsidePrograms?,
      places: Places?
    ) {
      self.outside = outside
      self.places = places
      self.loop = loop
      self.ledger = ledger
      self.log = log
      self.grace = grace
    }
  }

  /// Counts what only reads: what changes something is in the ledger.
  package struct Reading: Hashable, Sendable {
    package var role, operation: String
    /// `done`, or why it failed, in one word.
    package var outcome: String
  }

  let parts: Parts
  let uses: PluginUses
  private var choice: RoleChoice
  private var plugins: [Plugin]
  package private(set) var table: RoleTable
  package internal(set) var reads: [Reading: UInt64] = [:]
  /// Those of which nobody knows whether they happened, oldest first: for the service that asked for
  /// them to look at what is there.
  package internal(set) var unreconciled: [OperationIntent]
  /// By the backend's id.
  private var lanes: [String: Lanes] = [:]
  var inFlight: [ObjectIdentifier: Order] = [:]
  /// Who waits until nothing of a plugin is in flight.
  private var whenQuiet: [String: () -> Void] = [:]
  var onIdle: () -> Void = {}

  package convenience init(_ parts: Parts, _ choice: RoleChoice, _ plugins: [Plugin]) {
    self.init(parts, choice, plugins, uses: PluginUses())
  }

  init(_ parts: Parts, _ choice: RoleChoice, _ plugins: [Plugin], uses: PluginUses) {
    self.parts = parts
    self.uses = uses
    self.choice = choice
    self.plugins = plugins
    table = RoleTable(choice, plugins)
    unreconciled = parts.ledger.recovered.operations
  }

  /// None waits, and none is in flight.
  var isIdle: Bool { inFlight.isEmpty && lanes.values.allSatisfy(\.waiting.isEmpty) }

  /// Asks the role's backend and answers once, never before this returns: what the page has as the
  /// operation's result, or a failure that it lists. What is the backend's fault is `internal`; where
  /// there is none, or it is too busy or too slow, `unavailable`.
  ///
  /// It takes as long as the page allows at most, its waiting included, or `patience`.
  package func perform(
    _ name: String, of role: String, _ arguments: JSON, within patience: Duration? = nil,
    then answer: @escaping (Result<JSON, Failure>) -> Void
  ) {
    do throws(Failure) {
      perform(name, by: try table.backend(of: role), arguments, within: patience, then: answer)
    } catch {
      parts.loop.soon { answer(.failure(error)) }
    }
  }

  /// The same of a backend that need not be the chosen one.
  package func perform(
    _ name: String, by backend: Backend, _ arguments: JSON, within patience: Duration? = nil,
    then answer: @escaping (Result<JSON, Failure>) -> Void
  ) {
    let role = backend.page.id
    do throws(Failure) {
      guard let operation = backend.page.operation(name) else {
        throw Failure(.invalid, "unknown-operation", "\(role) has no operation \(name.quoted)")
      }
      let checked = try CheckedArguments(checking: arguments, against: operation.arguments)
      let wall = Duration.milliseconds(Int64(clamping: operation.limits.wallMilliseconds ?? 0))
      let order = Order(
        operation, of: role, checked, due: .now + min(patience ?? wall, wall), answer: answer)
      order.timer = parts.loop.schedule(at: order.due) { [unowned self] in giveUpWaiting(order) }
      enter(order, backend)
    } catch {
      parts.loop.soon { answer(.failure(error)) }
    }
  }

  // MARK: Waiting

  private func enter(_ order: Order, _ backend: Backend) {
    lanes[backend.plugin.id, default: Lanes()].add(order)
    parts.loop.soon { [self] in dispatch(backend.plugin.id) }
  }

  private func dispatch(_ plugin: String) {
    while let order = lanes[plugin]?.next(of: { table.backend(of: $0.role, by: plugin) }) {
      guard let backend = table.backend(of: order.role, by: plugin) else {
        preconditionFailure("an order waits for the backend that there is")
      }
      inFlight[ObjectIdentifier(order)] = order
      begin(order, backend)
    }
  }

  /// Its place is free again.
  func leave(_ order: Order, _ plugin: Plugin) {
    order.use = nil
    lanes[plugin.id]?.leave(order.operation.lane)
    if lanes[plugin.id]?.running == 0 { whenQuiet.removeValue(forKey: plugin.id)?() }
    dispatch(plugin.id)
  }

  private func giveUpWaiting(_ order: Order) {
    guard lanes.keys.contains(where: { lanes[$0]?.remove(order) == true }) else { return }
    refuse(order, Failure(.unavailable, "backend-busy", "its turn did not come in time"))
  }

  private func refuse(_ order: Order, _ failure: Failure) {
    order.timer?.cancel()
    order.answer(.failure(failure))
    if isIdle { onIdle() }
  }

  /// Ends what waits, and wants the end of what runs.
  func stop() {
    let draining = Failure(.unavailable, "draining", "the node is going down")
    for (_, order) in takeWaiting() { refuse(order, draining) }
    for order in inFlight.values { order.run?.stop() }
  }

  /// Each with the id of the plugin that it waits for.
  private func takeWaiting() -> [(plugin: String, order: Order)] {
    lanes.keys.sorted().flatMap { plugin in
      (lanes[plugin]?.takeAll() ?? []).map { (plugin, $0) }
    }
  }

  // MARK: Other plugins

  /// Goes on with what was found where nobody has named a role's backend; nil: nothing was.
  package func take(_ finding: RoleFinding?, of role: String) {
    choice.found[role] = finding
    table = RoleTable(choice, plugins)
  }

  /// Begins nothing more of a plugin's, and calls `body` once nothing of it is in flight.
  package func hold(_ plugin: String, then body: @escaping () -> Void) {
    lanes[plugin, default: Lanes()].isHeld = true
    guard lanes[plugin]?.running ?? 0 > 0 else { return body() }
    whenQuiet[plugin] = body
  }

  /// Goes on with these plugins: what waited for one that was replaced is asked of its successor. Of
  /// those that are awaited, by their ids, nothing begins for as long as that is so.
  package func adopt(_ plugins: [Plugin], awaiting: Set<String> = []) {
    self.plugins = plugins
    table = RoleTable(choice, plugins)
    let waiting = takeWaiting()
    for plugin in lanes.keys where !awaiting.contains(plugin) { lanes[plugin]?.isHeld = false }
    whenQuiet = whenQuiet.filter { awaiting.contains($0.key) }
    for (plugin, order) in waiting {
      if let successor = table.backend(of: order.role, by: plugin) {
        enter(order, successor)
        continue
      }
      do throws(Failure) { enter(order, try table.backend(of: order.role)) } catch {
        refuse(order, error)
      }
    }
  }
}
