import OrienModel
import OrienNode
import OrienSystem
import OrienTestKit
import Testing

@Suite("Ports that are asked whether they can be reached", .timeLimit(.minutes(2)))
struct PortProbeTests {
  private let loop: Loop
  private let address = NetworkAddress(host: [127, 0, 0, 1], port: 0)

  init() throws { loop = try Loop() }

  private func ask(
    _ ports: Set<UInt16>, _ change: (inout PortProbe.Limits) -> Void = { _ in }
  ) throws -> [UInt16: PortOutcome] {
    var limits = PortProbe.Limits()
    limits.pause = .milliseconds(1)
    change(&limits)
    var probe: PortProbe?
    defer { withExtendedLifetime(probe) {} }
    return try loop.answer { answer in
      probe = PortProbe(address, ports, limits, on: loop) { answer(.success($0)) }
    }
  }

  @Test("Who listens is told apart from who does not")
  func told() throws {
    let target = try Target()
    let free = try LentPorts.one()
    #expect(try ask([target.port, free]) == [target.port: .accessible, free: .refused])
    #expect(try ask([]) == [:])
  }

  @Test("One that is refused is tried three times, and may yet be reached by the last")
  func tries() throws {
    let port = try LentPorts.one()
    var limits = PortProbe.Limits()
    limits.pause = .milliseconds(200)
    #expect(limits.tries == 3)
    var outcome: PortOutcome?
    let probe = PortProbe(address, [port], limits, on: loop) { outcome = $0[port] }
    // On the same loop, and so between the second try and the third.
    let late = Holder()
    _ = loop.schedule(after: .milliseconds(300)) { [address] in
      var place = address
      place.port = port
      late.listener = try? Listener(on: place)
    }
    #expect(loop.drive { outcome != nil })
    #expect(outcome == .accessible)
    withExtendedLifetime((probe, late)) {}
  }

  private final class Holder {
    var listener: Listener?
  }

  @Test("One that says nothing is given up after its patience")
  func silent() throws {
    // Whoever comes to a queue that is full is not answered.
    let full = try Target(backlog: 0)
    let first = try Stream(to: full.port)
    let outcomes = try ask([full.port]) {
      $0.patience = .milliseconds(50)
      $0.tries = 2
    }
    #expect(outcomes == [full.port: .silent])
    withExtendedLifetime(first) {}
  }

  @Test("Six hundred are asked at once, and no turn of the loop takes long")
  func many() throws {
    let listeners = try (0..<300).map { _ in try Target() }
    let free = try (0..<300).map { _ in try Target() }.map(\.port)
    _ = loop.takeSlowestTurn()
    let outcomes = try ask(Set(listeners.map(\.port) + free))
    #expect(loop.takeSlowestTurn() < .milliseconds(200))
    #expect(outcomes.count == Set(listeners.map(\.port) + free).count)
    #expect(listeners.allSatisfy { outcomes[$0.port] == .accessible })
  }

  @Test("Letting go of it ends it unheard")
  func letGo() throws {
    let target = try Target()
    var isTold = false
    var probe: PortProbe? = PortProbe(address, [target.port], on: loop) { _ in isTold = true }
    probe = nil
    let later = loop.schedule(after: .milliseconds(20)) {}
    #expect(loop.drive { later.isOver })
    #expect(!isTold && probe == nil)
  }
}
