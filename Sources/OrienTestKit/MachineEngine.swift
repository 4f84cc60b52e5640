package import OrienModel
package import OrienNode
package import OrienSystem

/// What a backend and a proxy have, which outlives the node that asks them.
package final class MachineEngine {
  package var machines: [String: Machine] = [:]
  package var leases: [String: PortLease] = [:]
  package var traffic: [String: PortTraffic] = [:]
  /// Ports at which somebody else listens.
  package var foreign: Set<UInt16> = []
  /// What was asked for and may yet come up.
  package var coming: [String: Machine] = [:]
  /// What the next questions of a kind get instead of what they should.
  package var faults: [String: [Fault]] = [:]
  /// What was asked, in order.
  package var asked: [String] = []
  /// Nobody answers any more once so many steps are done; nil: never.
  package var diesAt: Int?
  package var steps = 0
  package var launches: [String: Int] = [:]

  package enum Fault {
    case refused(Failure)
    /// It is said to be late; it comes up at the next look, or never.
    case late(comesUp: Bool)
  }

  package init() {}

  package var isEmpty: Bool { machines.isEmpty && leases.isEmpty }

  package static let away = Failure(.unavailable, "away", "the engine does not answer")
  package static let absent = Failure(.notFound, "not-found", "there is no such machine")

  package var isDead: Bool { diesAt.map { steps > $0 } ?? false }

  package func fault(_ name: String) -> Fault? {
    guard var queue = faults[name], !queue.isEmpty else { return nil }
    defer { faults[name] = queue }
    return queue.removeFirst()
  }

  package func launch(_ order: MachineOrder) -> Result<Machine, Failure> {
    guard machines[order.name] == nil, coming[order.name] == nil else {
      return .failure(Failure(.conflict, "exists", "there is one of that name"))
    }
    launches[order.name, default: 0] += 1
    let address = "10.0.\(launches.count / 200).\(launches.count % 200 + 2)"
    let machine = Machine(
      name: order.name, state: .running, address: address, target: .init(host: address, port: 22))
    if case .late(let comesUp)? = fault("late") {
      if comesUp { coming[order.name] = machine }
      return .failure(Failure(.unavailable, "late", "it did not come up in time"))
    }
    machines[order.name] = machine
    return .success(machine)
  }

  package func letCome() {
    for (name, machine) in coming { machines[name] = machine }
    coming = [:]
  }

  package func turn(_ name: String, _ state: Machine.State) -> Result<Machine, Failure> {
    guard machines[name] != nil else { return .failure(Self.absent) }
    machines[name]?.state = state
    return .success(machines[name]!)
  }
}

/// The engine as the node asks it. Each question is two steps at which the node may die: before it has
/// an effect, and before its answer is heard.
package final class EngineFront: MachineHost {
  package let engine: MachineEngine
  package let loop: Loop
  package var isGone = false
  package var unheard: Set<String> = []
  package var trouble: Failure?
  package let backend: String? = "test.machines"

  package init(_ engine: MachineEngine, _ loop: Loop) {
    self.engine = engine
    self.loop = loop
  }

  package func ask<Value>(
    _ name: String, _ answer: @escaping (Result<Value, Failure>) -> Void,
    _ body: @escaping () -> Result<Value, Failure>
  ) {
    loop.soon { [self] in
      engine.steps += 1
      guard !isGone, !engine.isDead else { return }
      engine.asked.append(name)
      let kind = String(name.split(separator: " ")[0])
      if case .refused(let failure)? = engine.fault(kind) {
        return loop.soon { answer(.failure(failure)) }
      }
      let result = body()
      loop.soon { [self] in
        engine.steps += 1
        guard !isGone, !engine.isDead else { return }
        answer(result)
      }
    }
  }

  // MARK: Machines

  package func launch(
    _ order: MachineOrder, then answer: @escaping (Result<Machine, Failure>) -> Void
  ) {
    ask("launch \(order.name)", answer) { [engine] in engine.launch(order) }
  }

  package func list(then answer: @escaping (Result<[Machine], Failure>) -> Void) {
    ask("list", answer) { [engine] in .success(Array(engine.machines.values)) }
  }

  package func info(_ name: String, then answer: @escaping (Result<Machine, Failure>) -> Void) {
    ask("info \(name)", answer) { [engine] in
      engine.letCome()
      return engine.machines[name].map { .success($0) } ?? .failure(MachineEngine.absent)
    }
  }

  package func start(_ name: String, then answer: @escaping (Result<Machine, Failure>) -> Void) {
    ask("start \(name)", answer) { [engine] in engine.turn(name, .running) }
  }

  package func stop(_ name: String, then answer: @escaping (Result<Machine, Failure>) -> Void) {
    ask("stop \(name)", answer) { [engine] in engine.turn(name, .stopped) }
  }

  package func delete(_ name: String, then answer: @escaping (Result<Bool, Failure>) -> Void) {
    ask("delete \(name)", answer) { [engine] in
      .success(engine.machines.removeValue(forKey: name) != nil)
    }
  }
}

/// Its ports: a front of its own, because both are called an engine.
package final class ProxyFront: PortProxy {
  package let engine = "test"
  private let machines: EngineFront

  package init(_ machines: EngineFront) { self.machines = machines }

  package func open(_ lease: PortLease, then answer: @escaping (Result<Void, Failure>) -> Void) {
    machines.ask("open \(lease.name)", answer) { [engine = machines.engine] in
      let isOthers = engine.leases.values.contains {
        $0.port == lease.port && $0.name != lease.name
      }
      guard !engine.foreign.contains(lease.port), !isOthers else {
        return .failure(Failure(.conflict, "port-taken", "somebody listens at \(lease.port)"))
      }
      engine.leases[lease.name] = lease
      return .success(())
    }
  }

  package func close(_ name: String, then answer: @escaping (Result<Bool, Failure>) -> Void) {
    machines.ask("close \(name)", answer) { [engine = machines.engine] in
      .success(engine.leases.removeValue(forKey: name) != nil)
    }
  }

  package func list(then answer: @escaping (Result<[PortLease], Failure>) -> Void) {
    machines.ask("leases", answer) { [engine = machines.engine] in
      .success(Array(engine.leases.values))
    }
  }

  package func traffic(then answer: @escaping (Result<[PortTraffic], Failure>) -> Void) {
    machines.ask("traffic", answer) { [engine = machines.engine] in
      .success(Array(engine.traffic.values))
    }
  }
}
