import OrienModel
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienNode

@Suite("Ports that are checked from outside", .timeLimit(.minutes(2)))
struct PortChecksTests {
  @Test("A port that a checker reaches is verified by it, and nobody listens there afterwards")
  func verified() throws {
    let checker = try Outsider.checker()
    let checking = try Checking([checker.url], own: [checker.port])
    #expect(checking.reaches.allSatisfy { $0 == .unknown })
    try checking.check()
    #expect(checking.reaches.allSatisfy { $0 == .reachable })
    #expect(checking.states.allSatisfy { $0.verifiedBy == checker.url && $0.isListening })
    #expect(checking.range.allSatisfy { LentPorts.isFree(UInt16($0)) })
    #expect(checking.checks.report.own.map(\.port.reach) == [.reachable])
    #expect(checking.checks.report.outcome == .checked)
    let request = try #require(checker.requests.first)
    #expect(request.path == "/check-ports")
    #expect(request.json["provider_ip"]?.string == "127.0.0.1")
    #expect(request.ports == [checker.port] + checking.range.map { UInt16($0) })
  }

  @Test("X-B6-3: only a port that was reached is given to a machine, the lowest first")
  func onlyReached() throws {
    let checker = try Outsider.checker { $0 % 2 == 1 }
    let checking = try Checking([checker.url])
    try checking.check()
    let odd = checking.range.filter { $0 % 2 == 1 }.map { UInt16($0) }
    for (number, port) in odd.enumerated() {
      #expect(try checking.node.rent("vm-\(number)").port == port)
    }
    #expect(throws: Failure.self) { try checking.node.rent("one-more") }
    let unreached = checking.states.filter { $0.port % 2 == 0 }
    #expect(
      unreached.allSatisfy { $0.reach == .unreachable && $0.error == "Connection timed out" })
  }

  @Test("A port is reached where any checker says so, whatever others say or are")
  func any() throws {
    let first = try Outsider.checker { _ in false }
    let second = try Outsider.checker()
    let broken = try Outsider { _ in .json(500, "{}") }
    let checking = try Checking([broken.url, first.url, second.url + "/"])
    try checking.check()
    #expect(checking.states.allSatisfy { $0.verifiedBy == second.url })
  }

  @Test(
    "X-B6-4: an answer is one whatever its success says; where no port is reached none is given")
  func noneReached() throws {
    let checker = try Outsider { request in
      let results = request.ports.map { #""\#($0)":{"accessible":false,"error":"no"}"# }
      return .json(
        200, #"{"success":false,"results":{\#(results.joined(separator: ","))},"message":""}"#)
    }
    let checking = try Checking([checker.url])
    try checking.check()
    #expect(checking.checks.report.outcome == .checked)
    #expect(checking.reaches.allSatisfy { $0 == .unreachable })
    do throws(Failure) {
      _ = try checking.node.rent("web")
      Issue.record("it was rented by a port that nobody reaches")
    } catch {
      let failure = error
      #expect(failure.reason == "no-port" && failure.message.contains("5 are not reached"))
    }
  }

  @Test("D-B5-2: what is in use is counted, and listened at by its machine's proxy alone")
  func inUse() throws {
    let asked = Asked()
    let checker = try Outsider.checker()
    let checking = try Checking([checker.url])
    try checking.check()
    let rental = try checking.node.rent("web")
    let port = try #require(rental.port)
    checker.answer { request in
      asked.isFree = LentPorts.isFree(port)
      return .json(200, #"{"results":{"\#(port)":{"accessible":true,"error":null}}}"#)
    }
    try checking.check()
    #expect(asked.isFree, "a port that leads to a machine is its proxy's")
    let report = checking.checks.report
    #expect(report.ports.compactMap(\.machine) == [rental.id])
    #expect(report.ports.filter { report.isUsable($0) }.count == 4)
  }

  private final class Asked: @unchecked Sendable {
    var isFree = false
  }

  @Test("A port that a machine takes while it is being checked is let go of at once")
  func takenMeanwhile() throws {
    let checker = try Outsider { _ in .silence }
    let checking = try Checking([checker.url])
    checking.node.rentals.overload = { nil }
    checking.checks.check()
    try checking.wait { checker.requests.count == 1 }
    #expect(!LentPorts.isFree(checking.port(0)))
    let rental = try checking.node.rent("web")
    #expect(rental.port == checking.port(0))
    #expect(LentPorts.isFree(checking.port(0)) && !LentPorts.isFree(checking.port(1)))
  }

  @Test("A port at which somebody else listens is not one of ours, whoever reaches it")
  func foreign() throws {
    let checker = try Outsider.checker()
    let checking = try Checking([checker.url])
    let other = try Listener(
      on: NetworkAddress(host: [127, 0, 0, 1], port: checking.port(0)))
    try checking.check()
    #expect(checker.requests[0].ports.contains(checking.port(0)) == false)
    #expect(checking.states[0].isListening == false && checking.states[0].reach == .unknown)
    #expect(try checking.node.rent("web").port == checking.port(1))
    #expect(other.address.port == checking.port(0))
  }

  @Test("No machine is made before the first answer")
  func first() throws {
    let checker = try Outsider { _ in .silence }
    let checking = try Checking([checker.url])
    checking.checks.check()
    do throws(Failure) {
      _ = try checking.node.rent("web")
      Issue.record("it was rented by a port that nobody has checked")
    } catch {
      let failure = error
      #expect(failure.reason == "checking-ports" && failure.code == .unavailable)
    }
  }

  @Test("X-B6-1, X-B6-2: where no checker is named, or the operator skips it, nobody is asked")
  func unasked() throws {
    let checker = try Outsider.checker()
    for checking in [try Checking([]), try Checking([checker.url]) { $0.isSkipped = true }] {
      try checking.check()
      #expect(checking.checks.report.outcome == .unasked)
      #expect(checking.states.allSatisfy { $0.reach == .unknown && $0.isListening })
      #expect(try checking.node.rent("web").port == checking.port(0))
    }
    #expect(checker.requests.isEmpty)
    #expect(PortCheckSettings().servers.isEmpty && !PortCheckSettings().isSkipped)
  }

  @Test("More ports than are asked for at once are asked for part by part")
  func parts() throws {
    let checker = try Outsider.checker()
    let checking = try Checking([checker.url], ports: 300)
    _ = checking.node.loop.takeSlowestTurn()
    try checking.check()
    #expect(checking.node.loop.takeSlowestTurn() < .milliseconds(500))
    #expect(checking.reaches.allSatisfy { $0 == .reachable })
    #expect(checker.requests.map(\.ports.count) == [256, 44])
  }
}
