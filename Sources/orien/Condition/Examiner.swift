import OrienModel
import OrienNode
import OrienSystem

/// Finds out how a node and its machine are: of the node over HTTP, of the machine by looking.
struct Examiner {
  let configuration: Configuration
  let environment: Environment
  let node: NodeClient
  /// The node that is asked is the one of this machine.
  let isOwn: Bool
  let progress: Progress

  private static let checkPatience = Duration.seconds(60)

  /// Why no node answers; nil: one does.
  typealias Finding = (condition: Condition, absence: Failure?)

  func run() throws(Failure) -> Finding {
    var condition = Condition()
    condition.version = Release.version
    condition.environment = configuration.machines.environment
    condition.network = configuration.machines.network
    progress.change(to: "asking the node")
    var absence: Failure?
    do throws(Failure) {
      condition.node = try node.json("GET", Paths.health)
    } catch {
      guard error.reason == "no-connection" else { throw error }
      absence = error
    }
    // First: while ports are asked for from outside, the node itself listens at those that are free.
    let report = isOwn && condition.node != nil ? try reach() : nil
    let summary = condition.node == nil ? nil : try heard(Paths.summary)
    condition.payments = try payments(summary)
    condition.provider = try providerPort(isServed: condition.node != nil)
    let engine = MachineEngine.chosen(configuration)
    if isOwn, engine == nil {
      condition.choices = MachineEngine.present(configuration).map(\.setting)
    }
    let hasMachines = summary?["vms"]?.array?.isEmpty == false
    guard isOwn, engine != nil || hasMachines else { return (condition, absence) }
    progress.change(to: "asking \(engine?.title ?? "the backend")")
    condition.engine = engine?.look(configuration, environment)
    progress.change(to: "looking at the ports")
    condition.ssh = try sshPorts(summary)
    if let report { condition.take(reach: report) }
    return (condition, absence)
  }

  /// What the node answers; nil where it has nothing of the sort, or not for who asks.
  private func heard(_ path: String) throws(Failure) -> JSON? {
    do throws(Failure) {
      return try node.json("GET", path)
    } catch {
      switch error.code {
      case .unavailable, .notFound, .unauthenticated, .denied: return nil
      default: throw error
      }
    }
  }

  private func payments(_ summary: JSON?) throws(Failure) -> Condition.Payments? {
    guard let told = summary?["payments"], told.members != nil else { return nil }
    var payments = Condition.Payments(told)
    progress.change(to: "asking for withdrawals")
    do throws(Failure) {
      payments.take(collections: try node.exactly("GET", Paths.collections).json)
    } catch {
      // Whoever reads streams may be away, and the node is well all the same.
      guard [.unavailable, .notFound, .invalid].contains(error.code) else { throw error }
    }
    return payments
  }

  /// What the node knows of its ports from outside; where it is asking just now, what comes of it.
  private func reach() throws(Failure) -> JSON? {
    let deadline = Instant.now + Self.checkPatience
    var report = try heard(Paths.providerPorts)
    if report?["checking"]?.bool == true {
      progress.change(to: "waiting for who checks the ports from outside")
    }
    while report?["checking"]?.bool == true, Instant.now < deadline {
      progress.wait(.milliseconds(300))
      report = try heard(Paths.providerPorts)
    }
    return report
  }

  private func providerPort(isServed: Bool) throws(Failure) -> Condition.ProviderPort {
    let address = configuration.addresses[0]
    var found = Condition.ProviderPort(host: address.hostText, port: address.port)
    guard !isServed else {
      found.local = .listening
      return found
    }
    do throws(SystemError) {
      _ = try Listener(on: address)
      found.local = .free
    } catch {
      found.local = .unavailable
    }
    return found
  }

  private func sshPorts(_ summary: JSON?) throws(Failure) -> Condition.SSHPorts {
    let settings = configuration.machines
    let range = settings.firstPort..<max(settings.firstPort, settings.endPort)
    var ssh = Condition.SSHPorts(range: range)
    let listening = try ListeningPorts.current()
    // Who may not hear what is rented out sees which ports somebody serves.
    let lent =
      summary.map { summary in
        Set((summary["vms"]?.array ?? []).compactMap { $0["ssh_port"]?.int64 })
      } ?? Set(listening.map { Int64($0) })
    ssh.ports = range.compactMap { UInt16(exactly: $0) }.map { number in
      Condition.SSHPorts.Port(
        number: number, isListening: listening.contains(number),
        isLent: lent.contains(Int64(number)))
    }
    return ssh
  }
}
