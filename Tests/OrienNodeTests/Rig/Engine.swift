import OrienModel
import OrienSystem

@testable import OrienNode

/// What a backend and a proxy have, which outlives the node that asks them.
final class Engine {
  var machines: [String: Machine] = [:]
  var leases: [String: PortLease] = [:]
  var traffic: [String: PortTraffic] = [:]
  /// Ports at which somebody else listens.
  var foreign: Set<UInt16> = []
  /// What was asked for and may yet come up.
  var coming: [String: Machine] = [:]
  /// What the next questions of a kind get instead of what they should.
  var faults: [String: [Fault]] = [:]
  /// What was asked, in order.
  var asked: [String] = []
  /// Nobody answers any more once so many steps are done; nil: never.
  var diesAt: Int?
  var steps = 0
  var launches: [String: Int] = [:]

  enum Fault {
    case refused(Failure)
    /// It is said to be late; it comes up at the next look, or never.
    case late(comesUp: Bool)
    /// It is done, and nobody hears of it.
    case unheard
  }

  static let away = Failure(.unavailable, "away", "the engine does not answer")
  static let absent = Failure(.notFound, "not-found", "there is no such machine")

  var isDead: Bool { diesAt.map { steps > $0 } ?? false }

  func fault(_ name: String) -> Fault? {
    guard var queue = faults[name], !queue.isEmpty else { return nil }
    defer { faults[name] = queue }
    return queue.removeFirst()
  }

  func launch(_ order: MachineOrder) -> Result<Machine, Failure> {
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

  func letCome() {
    for (name, machine) in coming { machines[name] = machine }
    coming = [:]
  }

  func turn(_ name: String, _ state: Machine.State) -> Result<Machine, Failure> {
    guard machines[name] != nil else { return .failure(Self.absent) }
    machines[name]?.state = state
    return .success(machines[name]!)
  }
}

/// The engine as the node asks it. Each question is two steps at which the node may die: before it has
/// an effect, and before its answer is heard.
final class EngineFront: MachineHost {
  let engine: Engine
  let loop: Loop
  var isGone = false
  var unheard: Set<String> = []
  var trouble: Failure?
  let backend: String? = "test.machines"

  init(_ engine: Engine, _ loop: Loop) {
    self.engine = engine
    self.loop = loop
  }

  func ask<Value>(
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

  func launch(_ order: MachineOrder, then answer: @escaping (Result<Machine, Failure>) -> Void) {
    ask("launch \(order.name)", answer) { [engine] in engine.launch(order) }
  }

  func list(then answer: @escaping (Result<[Machine], Failure>) -> Void) {
    ask("list", answer) { [engine] in .success(Array(engine.machines.values)) }
  }

  func info(_ name: String, then answer: @escaping (Result<Machine, Failure>) -> Void) {
    ask("info \(name)", answer) { [engine] in
      engine.letCome()
      return engine.machines[name].map { .success($0) } ?? .failure(Engine.absent)
    }
  }

  func start(_ name: String, then answer: @escaping (Result<Machine, Failure>) -> Void) {
    ask("start \(name)", answer) { [engine] in engine.turn(name, .running) }
  }

  func stop(_ name: String, then answer: @escaping (Result<Machine, Failure>) -> Void) {
    ask("stop \(name)", answer) { [engine] in engine.turn(name, .stopped) }
  }

  func delete(_ name: String, then answer: @escaping (Result<Bool, Failure>) -> Void) {
    ask("delete \(name)", answer) { [engine] in
      .success(engine.machines.removeValue(forKey: name) != nil)
    }
  }
}

/// Its ports: a front of its own, because both are called an engine.
final class ProxyFront: PortProxy {
  let engine = "test"
  private let machines: EngineFront

  init(_ machines: EngineFront) { self.machines = machines }

  func open(_ lease: PortLease, then answer: @escaping (Result<Void, Failure>) -> Void) {
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

  func close(_ name: String, then answer: @escaping (Result<Bool, Failure>) -> Void) {
    machines.ask("close \(name)", answer) { [engine = machines.engine] in
      .success(engine.leases.removeValue(forKey: name) != nil)
    }
  }

  func list(then answer: @escaping (Result<[PortLease], Failure>) -> Void) {
    machines.ask("leases", answer) { [engine = machines.engine] in
      .success(Array(engine.leases.values))
    }
  }

  func traffic(then answer: @escaping (Result<[PortTraffic], Failure>) -> Void) {
    machines.ask("traffic", answer) { [engine = machines.engine] in
      .success(Array(engine.traffic.values))
    }
  }
}
