import OrienModel
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienNode

@Suite("Rentals: what a node that died has left")
struct SurvivingTests {
  let scratch = Scratch()
  let engine = MachineEngine()

  private func node(after last: TestNode? = nil) throws -> TestNode {
    try TestNode(last?.die() ?? scratch, engine)
  }

  /// What holds whenever nothing is under way.
  private func expectWhole(_ node: TestNode, _ comment: Comment? = nil) {
    let live = node.rentals.all
    #expect(Set(engine.machines.keys) == Set(live.map(\.id)), comment)
    #expect(
      Set(engine.leases.keys).isSubset(of: Set(live.map(\.id))), comment)
    for rental in live where rental.phase == .running {
      #expect(engine.leases[rental.id] == rental.lease, comment)
    }
    #expect(node.rentals.capacity.count == live.count, comment)
    #expect(node.rentals.ports.inUse.count == live.count, comment)
  }

  @Test(
    "Machines that run outlive the node, with their ports, and are neither made nor billed anew")
  func running() throws {
    let first = try node()
    let rental = try first.rent("web")
    let second = try node(after: first)
    second.rentals.begin()
    // Whoever asks now is not sent to a port that nobody has opened yet.
    #expect(second.rentals.find("web")?.isOpen == false)
    #expect(second.settle())
    #expect(second.rentals.find("web")?.phase == .running)
    #expect(second.rentals.find("web")?.isOpen == true)
    #expect(engine.launches[rental.id] == 1)
    expectWhole(second)
  }

  @Test("A node that dies at any step of a machine's life leaves what the next one makes whole")
  func everyStep() throws {
    for step in 0..<14 {
      let scratch = Scratch()
      let engine = MachineEngine()
      engine.diesAt = step
      let first = try TestNode(scratch, engine)
      var isOver = false
      first.rentals.rent(TestNode.order("web")) { result in
        guard case .success(let rental) = result else { return }
        first.rentals.whenMade(rental.id) { _ in
          first.rentals.delete(rental.id) { _ in isOver = true }
        }
      }
      #expect(first.loop.drive { isOver || engine.isDead })
      let left = try first.die()
      engine.diesAt = nil
      let second = try TestNode(left, engine)
      second.rentals.begin()
      #expect(second.settle(), "step \(step)")
      let survivors = second.rentals.all
      #expect(survivors.allSatisfy { $0.phase == .running }, "step \(step)")
      #expect(Set(engine.machines.keys) == Set(survivors.map(\.id)), "step \(step)")
      #expect(Set(engine.leases.keys) == Set(survivors.map(\.id)), "step \(step)")
      #expect(second.rentals.capacity.count == survivors.count, "step \(step)")
      for rental in survivors { _ = try second.delete(rental.id) }
      #expect(engine.isEmpty, "step \(step)")
    }
  }

  @Test("D-B2-2: a backend that does not answer costs no machine its place")
  func silentBackend() throws {
    let first = try node()
    _ = try first.rent("web")
    engine.faults["list"] = [.refused(MachineEngine.away), .refused(MachineEngine.away)]
    let second = try node(after: first)
    second.rentals.begin()
    #expect(second.settle())
    #expect(second.rentals.find("web")?.phase == .running)
    expectWhole(second)
  }

  @Test(
    "A machine that is gone behind the node's back gives back what it held, after a second look")
  func vanished() throws {
    let node = try node()
    let rental = try node.rent("web")
    node.rentals.begin()
    #expect(node.settle())
    engine.machines = [:]
    node.rentals.matchSoon()
    #expect(node.loop.drive { node.rentals.machine(rental.id)?.missed == 1 })
    #expect(node.settle())
    #expect(node.rentals.find("web") != nil)
    node.rentals.matchSoon()
    #expect(node.loop.drive { node.rentals.find("web") == nil })
    #expect(engine.isEmpty)
    #expect(node.rentals.capacity.rented == .none)
  }

  @Test("A machine that comes up after it was given up is deleted; a stranger's is left alone")
  func lateStray() throws {
    let node = try node()
    engine.faults["late"] = [.late(comesUp: false)]
    #expect(throws: Failure.self) { try node.rent("web") }
    let id = try #require(engine.launches.keys.first)
    for name in [id, "somebodys"] {
      engine.machines[name] = Machine(name: name, state: .running)
    }
    node.rentals.begin()
    #expect(node.loop.drive { engine.machines[id] == nil })
    #expect(engine.machines["somebodys"] != nil)
    #expect(!engine.asked.contains("delete somebodys"))
  }

  @Test("After this machine was started anew those that ran are started again, and others not")
  func restarted() throws {
    let first = try node()
    let (up, down) = (try first.rent("up"), try first.rent("down"))
    _ = try first.loop.answer { first.rentals.stop("down", then: $0) }
    for id in [up.id, down.id] { engine.machines[id]?.state = .stopped }
    engine.leases = [:]
    let second = try node(after: first)
    second.rentals.begin()
    #expect(second.settle())
    #expect(engine.machines[up.id]?.state == .running)
    #expect(engine.machines[down.id]?.state == .stopped)
    #expect(engine.leases[up.id]?.port == up.port)
  }

  @Test("What went over a port is counted once, whoever counts anew")
  func traffic() throws {
    let first = try node()
    let rental = try first.rent("web")
    func count(_ node: TestNode, _ bytes: UInt64) {
      engine.traffic[rental.id] = PortTraffic(
        name: rental.id, connections: 1, bytesIn: bytes, bytesOut: bytes)
      node.rentals.matchSoon()
    }
    func bytes(_ node: TestNode) -> UInt64? { node.rentals.find("web")?.traffic.bytesIn }
    first.rentals.begin()
    #expect(first.settle())
    count(first, 100)
    #expect(first.loop.drive { bytes(first) == 100 })
    count(first, 150)
    #expect(first.loop.drive { bytes(first) == 150 })
    // The proxy goes on where it was.
    let second = try node(after: first)
    second.rentals.begin()
    #expect(second.settle())
    #expect(bytes(second) == 150)
    // The proxy went with the node.
    let left = try second.die()
    engine.leases = [:]
    engine.traffic = [:]
    let third = try TestNode(left, engine)
    third.rentals.begin()
    #expect(third.settle())
    count(third, 170)
    #expect(third.loop.drive { bytes(third) == 320 })
  }

  @Test(
    "Whatever fails and whenever the node dies, in the end nothing is left", arguments: Seed.some())
  func anything(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var node = try node()
    node.rentals.begin()
    for round in 0..<60 {
      let name = "vm-\(UInt64.random(in: 0..<6, using: &random))"
      switch UInt64.random(in: 0..<8, using: &random) {
      case 0, 1, 2: node.rentals.rent(TestNode.order(name)) { _ in }
      case 3: node.rentals.delete(name) { _ in }
      case 4: node.rentals.stop(name) { _ in }
      case 5: node.rentals.start(name) { _ in }
      case 6:
        let kinds = [
          "launch", "info", "stop", "start", "delete", "open", "close", "list", "leases",
        ]
        let kind = kinds.randomElement(using: &random)!
        engine.faults[kind, default: []].append(.refused(MachineEngine.away))
        if Bool.random(using: &random) {
          engine.faults["late", default: []].append(.late(comesUp: Bool.random(using: &random)))
        }
      default:
        let steps = Int.random(in: 0..<6, using: &random)
        engine.diesAt = engine.steps + steps
        _ = node.loop.drive(within: .milliseconds(20)) { engine.isDead }
        let left = try node.die()
        engine.diesAt = nil
        node = try TestNode(left, engine)
        node.rentals.begin()
      }
      let turns = UInt64.random(in: 0..<4, using: &random)
      var rest = turns
      _ = node.loop.drive {
        rest = rest == 0 ? 0 : rest - 1
        return rest == 0
      }
      if round % 10 == 9 {
        engine.faults = [:]
        #expect(node.settle(), "round \(round)")
        node.rentals.matchSoon()
        #expect(node.settle(), "round \(round)")
        expectWhole(node, "round \(round)")
      }
    }
    engine.faults = [:]
    #expect(node.settle())
    for rental in node.rentals.all { _ = try? node.delete(rental.id) }
    #expect(node.rentals.all.isEmpty)
    node.rentals.matchSoon()
    #expect(node.loop.drive { engine.isEmpty })
    #expect(node.rentals.capacity.rented == .none)
    #expect(node.rentals.ports.inUse.isEmpty)
  }
}
