import OrienModel
import OrienTestKit
import Testing

@testable import OrienNode

@Suite("Rentals: from an order to a machine, and back to nothing")
struct RentingTests {
  let scratch = Scratch()
  let engine = MachineEngine()

  private func node(_ change: (inout TestNode.Options) -> Void = { _ in }) throws -> TestNode {
    var options = TestNode.Options()
    change(&options)
    return try TestNode(scratch, engine, options)
  }

  @Test("A machine runs behind the lowest port, and its end gives back all that it held")
  func wholeLife() throws {
    let node = try node()
    let rental = try node.rent("web")
    #expect(rental.phase == .running)
    #expect(rental.port == 50800)
    #expect(rental.id.wholeMatch(of: /golem-web-[0-9]{8}-[0-9]{6}/) != nil)
    #expect(engine.leases[rental.id]?.targetHost == rental.address)
    #expect(node.rentals.capacity.count == 1)
    let ended = try node.delete("web")
    #expect(ended.phase == .deleted)
    #expect(engine.isEmpty)
    #expect(node.rentals.capacity.rented == .none)
    #expect(node.rentals.ports.inUse.isEmpty)
    #expect(node.rentals.find("web") == nil)
  }

  @Test("D-B2-3: a hundred machines made and deleted leave a range of ten ports whole")
  func portsComeBack() throws {
    let node = try node { $0.ports = 50800..<50810 }
    for number in 0..<100 {
      let rental = try node.rent("vm-\(number)")
      #expect(rental.port == 50800)
      _ = try node.delete(rental.id)
    }
    #expect(engine.isEmpty)
    #expect(node.rentals.ports.inUse.isEmpty)
  }

  @Test("DEP-04: of fifty that come at once for ten places ten are made")
  func atomic() throws {
    let node = try node { $0.total = MachineSize(cpu: 10, memoryGiB: 64, diskGiB: 1000) }
    var made = 0
    var refusals: [String] = []
    for number in 0..<50 {
      node.rentals.rent(TestNode.order("vm-\(number)")) { result in
        switch result {
        case .success: made += 1
        case .failure(let failure): refusals.append(failure.reason)
        }
      }
    }
    #expect(node.loop.drive { made + refusals.count == 50 })
    #expect(made == 10)
    #expect(refusals == Array(repeating: "no-capacity", count: 40))
    #expect(node.loop.drive { engine.leases.count == 10 })
    #expect(engine.machines.count == 10)
    #expect(Set(engine.leases.values.map(\.port)).count == 10)
  }

  @Test("D-B2-5: a name that is taken is refused, and the machine that has it stays as it is")
  func nameTaken() throws {
    let node = try node()
    let first = try node.rent("web")
    let failure = #expect(throws: Failure.self) { try node.rent("web") }
    #expect(failure?.code == .conflict)
    #expect(node.rentals.find("web") == first)
    #expect(node.rentals.capacity.count == 1)
    #expect(engine.leases.count == 1)
  }

  @Test(
    "A launch that fails gives back port and capacity, and what it left at the backend",
    arguments: [Failure.Code.unavailable, .invalid])
  func launchFails(code: Failure.Code) throws {
    let node = try node()
    let broken = Failure(code, "broken", "launch failed: no disk")
    engine.faults["launch"] = [.refused(broken)]
    #expect(throws: broken) { try node.rent("web") }
    #expect(engine.isEmpty)
    #expect(engine.asked.contains { $0.hasPrefix("delete ") })
    #expect(node.rentals.capacity.rented == .none)
    #expect(node.rentals.ports.inUse.isEmpty)
  }

  @Test("A port that somebody else has is left alone, and the next one taken")
  func foreignPort() throws {
    let node = try node()
    engine.foreign = [50800, 50801]
    #expect(try node.rent("web").port == 50802)
    #expect(try node.rent("other").port == 50803)
  }

  @Test("Where no port is left nothing is launched")
  func noPort() throws {
    let node = try node { $0.ports = 50800..<50801 }
    _ = try node.rent("web")
    let failure = #expect(throws: Failure.self) { try node.rent("other") }
    #expect(failure?.reason == "no-port")
    #expect(engine.machines.count == 1)
    #expect(node.rentals.capacity.count == 1)
  }

  @Test("A late machine that comes up is taken, one that does not is given up")
  func late() throws {
    let node = try node()
    engine.faults["late"] = [.late(comesUp: true), .late(comesUp: false)]
    #expect(try node.rent("slow").phase == .running)
    let failure = #expect(throws: Failure.self) { try node.rent("never") }
    #expect(failure?.reason == "late")
    #expect(engine.machines.count == 1)
    #expect(node.rentals.capacity.count == 1)
  }

  @Test("A machine may be deleted while it is being made, and nothing of it stays")
  func deletedMeanwhile() throws {
    let node = try node()
    var made: Result<Rental, Failure>?
    let ended = try node.loop.answer { answer in
      node.rentals.rent(TestNode.order("web")) { result in
        guard case .success(let rental) = result else { return answer(result) }
        node.rentals.whenMade(rental.id) { made = $0 }
        node.rentals.delete(rental.id, then: answer)
      }
    }
    #expect(ended.phase == .deleted)
    #expect(throws: Failure.self) { try made?.get() }
    #expect(engine.isEmpty)
    #expect(node.rentals.capacity.rented == .none)
  }

  @Test("What cannot be given back yet is tried until it can, and held until then")
  func retried() throws {
    let node = try node()
    let rental = try node.rent("web")
    let away = MachineEngine.Fault.refused(MachineEngine.away)
    engine.faults["close"] = [away, away]
    engine.faults["delete"] = [away, away]
    #expect(try node.delete(rental.id).phase == .deleted)
    #expect(engine.isEmpty)
    #expect(engine.asked.filter { $0.hasPrefix("delete") }.count == 3)
  }

  @Test("A machine stops and starts, and its port follows it to another address")
  func turning() throws {
    let node = try node()
    let rental = try node.rent("web")
    let stopped = try node.loop.answer { node.rentals.stop("web", then: $0) }
    #expect(stopped.phase == .stopped)
    #expect(node.rentals.capacity.count == 1)
    engine.machines[rental.id]?.target = .init(host: "10.9.9.9", port: 22)
    let started = try node.loop.answer { node.rentals.start("web", then: $0) }
    #expect(started.phase == .running)
    #expect(started.port == rental.port)
    #expect(engine.leases[rental.id]?.targetHost == "10.9.9.9")
  }

  @Test("Nothing is made on a machine that is too busy, and what runs goes on")
  func overloaded() throws {
    let node = try node()
    _ = try node.rent("web")
    node.rentals.overload = {
      Load(cpuPercent: 97, memoryPercent: 10, diskPercent: 10).trouble(beyond: .init())
    }
    let failure = #expect(throws: Failure.self) { try node.rent("other") }
    #expect(failure?.reason == "overloaded")
    #expect(failure?.message.contains("97 %") == true)
    #expect(engine.machines.count == 1)
  }
}
