package import OrienKernel
package import OrienLedger
package import OrienModel
package import OrienSystem

/// Rents machines as long as the node serves: from when there is a backend for them, or machines that
/// an earlier node has left. Until then it does nothing. Belongs to the loop.
package final class MachineService {
  package struct Parts {
    package var loop: Loop
    package var kernel: Kernel
    package var ledger: Ledger
    package var log: Log

    package init(loop: Loop, kernel: Kernel, ledger: Ledger, log: Log) {
      self.loop = loop
      self.kernel = kernel
      self.ledger = ledger
      self.log = log
    }
  }

  let parts: Parts
  package let settings: MachineSettings
  /// What machines cost, from before there are any.
  package let pricing: Prices
  /// Nil until there is something to rent.
  package private(set) var rentals: Rentals?
  /// What lends the ports; nil as long.
  package private(set) var proxy: (any PortProxy)?
  /// Which ports are reached from outside, and who hears of machines; nil as long.
  package internal(set) var checks: PortChecks?
  package internal(set) var adverts: Adverts?
  var address: PublicAddress?
  /// The addresses of the node's own interface, known once it listens.
  package var ownAddresses: [NetworkAddress] = []
  /// Calls it once there are rentals.
  package var onBegin: (Rentals) -> Void = { _ in }
  private let meter = LoadMeter()
  private let soleBackend: SoleBackend
  private var isChoosing = false
  private var isEnding = false
  /// Somebody has asked for machines.
  private var isAskedFor = false
  private var trouble: Failure?
  private var timer: Timer?

  private static let loadInterval = Duration.seconds(5)
  private static let patience = Duration.seconds(30)

  package init(_ parts: Parts, _ settings: MachineSettings) {
    self.parts = parts
    self.settings = settings
    soleBackend = SoleBackend(parts.kernel, on: parts.loop, log: parts.log)
    pricing = Prices(settings, on: parts.loop, log: parts.log)
    pricing.onChange = { [unowned self] in adverts?.look() }
  }

  /// One whose rentals are there already, at whatever has machines and lends ports in a test.
  package convenience init(_ parts: Parts, _ settings: MachineSettings, renting rentals: Rentals) {
    self.init(parts, settings)
    self.rentals = rentals
    proxy = rentals.parts.proxy
  }

  /// Of everybody who asks now.
  package var prices: CurrentPrices { pricing.current }

  /// How busy this machine is.
  package var load: Load? { meter.last }

  /// Why there is nothing to rent.
  package var absence: Failure {
    trouble ?? parts.kernel.trouble(of: RoleMachines.role)
      ?? Failure(.unavailable, "starting", "the machines are being looked at: try again")
  }

  /// Begins where it was put off until somebody asks; why there is nothing to rent yet.
  package func wake() -> Failure {
    if !isAskedFor {
      isAskedFor = true
      look()
    }
    return absence
  }

  /// Whether somebody has said that this node rents out machines, or asks for some.
  private var isWanted: Bool { isAskedFor || settings.adverts.url != nil }

  /// Begins where there is a reason to: after the start, and whenever plugins have changed.
  package func look() {
    pricing.begin()
    guard !isEnding else { return }
    let machines = rentals?.all ?? parts.ledger.recovered.rentals
    let owners = Set(machines.compactMap(\.backend))
    soleBackend.look(among: owners, isWanted: isWanted) { [unowned self] in look() }
    if let rentals {
      adverts?.look()
      return rentals.matchSoon()
    }
    guard !isChoosing else { return }
    let left = parts.ledger.recovered.rentals
    guard !left.isEmpty || (try? parts.kernel.backend(of: RoleMachines.role)) != nil else { return }
    // A backend that nobody has named holds no process for nothing.
    let isNamed = !parts.kernel.operations.table.isFound(RoleMachines.role)
    guard isNamed || isWanted || !left.isEmpty else { return }
    isChoosing = true
    choose(wanted(by: left))
  }

  /// Where machines have their ports at one proxy already, another is none of theirs.
  private func wanted(by left: [Rental]) -> PortBackend {
    guard settings.proxy == .auto, let engine = left.compactMap(\.proxy).first else {
      return settings.proxy
    }
    return PortBackend(engine) ?? settings.proxy
  }

  private func choose(_ wanted: PortBackend) {
    wanted.choose(of: parts.kernel, on: parts.loop) { [self] result in
      guard !isEnding else { return }
      do throws(Failure) {
        try begin(by: try result.get())
      } catch {
        if error != trouble {
          parts.log.error("no machines can be rented", ["error": error.description])
        }
        trouble = error
        _ = parts.loop.schedule(after: Self.patience) { [self] in choose(wanted) }
      }
    }
  }

  private func begin(by choice: PortBackend.Choice) throws(Failure) {
    let figures = try measure()
    let proxy: any PortProxy
    switch choice {
    case .role(let engine):
      proxy = RolePortProxy(
        engine: engine, host: settings.portHosts.first?.hostText ?? "", kernel: parts.kernel)
    case .tcp(let reason):
      let hosts = settings.portHosts
      do throws(SystemError) {
        proxy = try TCPProxy(
          at: hosts.isEmpty ? .everywhere : .only(hosts), settings.ports, loop: parts.loop,
          log: parts.log)
      } catch {
        throw error.failure("lending ports")
      }
      if let reason {
        parts.log.info("the node lends ports by itself", ["because": reason.message])
      }
    }
    let rentals = Rentals(
      Rentals.Parts(
        loop: parts.loop, ledger: parts.ledger, log: parts.log, host: RoleMachines(parts.kernel),
        proxy: proxy),
      settings.rentals,
      capacity: Capacity(
        total: total(of: figures), mostMachines: settings.mostMachines, least: settings.least),
      ports: PortRange(settings.firstPort..<max(settings.firstPort, settings.endPort)))
    rentals.overload = { [unowned self] in obstacle() }
    rentals.onMatch = { [weak self] machines, open in
      self?.reconcile(Set(machines.map(\.name)), of: RoleMachines.role)
      self?.reconcile(Set(open.map(\.name)), of: RolePortProxy.role)
    }
    self.proxy = proxy
    self.rentals = rentals
    trouble = nil
    rentals.begin()
    beginReaching()
    onBegin(rentals)
    again()
  }

  /// Closes the operations of which nobody knew whether they happened: it was looked at what is there.
  private func reconcile(_ there: Set<String>, of role: String) {
    for intent in parts.kernel.operations.unreconciled where intent.role == role {
      let name = (try? JSON(parsing: intent.arguments))?["name"]?.string
      let isThere = name.map { there.contains($0) } ?? false
      parts.kernel.operations.reconcile(
        intent.id, .object([.init("there", .bool(isThere))])
      ) { [log = parts.log] result in
        guard case .failure(let failure) = result else { return }
        log.warning(
          "what was looked at is not kept",
          ["operation": intent.id, "error": failure.description])
      }
    }
  }

  // MARK: Measuring

  private func again() {
    timer = parts.loop.schedule(after: Self.loadInterval) { [self] in
      do throws(Failure) {
        _ = try measure()
      } catch {
        parts.log.warning("the load is not known", ["error": error.description])
      }
      adverts?.look()
      again()
    }
  }

  private func measure() throws(Failure) -> MachineFigures {
    let figures = try MachineFigures(of: parts.ledger.folder)
    meter.look(figures)
    return figures
  }

  /// What there is for rent: what is free now, and what those that are there already have of it.
  private func total(of figures: MachineFigures) -> MachineSize {
    let taken = parts.ledger.recovered.rentals.map(\.size).reduce(.none, +)
    return MachineSize(rentable: figures, beside: taken)
  }

  /// Leaves the machines as they are, or stops them where the operator wants that.
  package func shutDown(within bound: Duration, then body: @escaping () -> Void) {
    isEnding = true
    timer?.cancel()
    soleBackend.end()
    pricing.close()
    guard let rentals else { return body() }
    var rest = 2
    let one = { [self] in
      rest -= 1
      guard rest == 0 else { return }
      (proxy as? TCPProxy)?.shutDown()
      body()
    }
    endReaching(within: bound, then: one)
    rentals.shutDown(within: bound, then: one)
  }
}
