import OrienModel
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienNode

@Suite("Port checkers that are of no use", .timeLimit(.minutes(2)))
struct AbsentCheckerTests {
  static let useless: [(String, Outsider.Script)] = [
    ("500", { _ in .json(500, #"{"detail":"no"}"#) }),
    ("a refusal", { _ in .json(403, #"{"detail":"only \#u{1b}[31m your own"}"#) }),
    ("a redirect", { _ in .moved(to: "http://127.0.0.1:1/check-ports") }),
    ("no JSON", { _ in .json(200, "<html>") }),
    ("no results", { _ in .json(200, #"{"results":[1,2,3]}"#) }),
    ("too deep", { _ in .json(200, String(repeating: "[", count: 100_000)) }),
    ("too long", { _ in .json(200, String(repeating: " ", count: 2 << 20)) }),
    ("no HTTP", { _ in .raw(Array("SSH-2.0-x\r\n\r\n".utf8)) }),
    ("nothing", { _ in .raw([]) }),
  ]

  @Test(
    "Where none answers, machines are rented by ports that nobody has verified",
    arguments: useless.indices)
  func unverified(_ index: Int) throws {
    let checker = try Outsider(Self.useless[index].1)
    let checking = try Checking([checker.url])
    try checking.check()
    guard case .failed(let failure) = checking.checks.report.outcome else {
      Issue.record("\(Self.useless[index].0): \(checking.checks.report.outcome)")
      return
    }
    #expect(failure.message.contains(checker.url))
    #expect(failure.message.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    #expect(checking.reaches.allSatisfy { $0 == .unknown })
    #expect(try checking.node.rent("web").port == checking.port(0))
  }

  @Test("One that is not there, or whose name nobody knows, is no other case")
  func notThere() throws {
    let free = try LentPorts.one()
    let unknown = String(repeating: "x", count: 64) + ".example"
    let checking = try Checking(["http://127.0.0.1:\(free)", "http://\(unknown)"])
    try checking.check()
    guard case .failed(let failure) = checking.checks.report.outcome else { throw Another() }
    #expect(failure.message.contains("127.0.0.1:\(free)") && failure.message.contains(unknown))
    _ = try checking.node.rent("web")
  }

  @Test("One that is slow costs its patience, and the loop nothing")
  func slow() throws {
    let checker = try Outsider { _ in .silence }
    let checking = try Checking([checker.url]) { $0.patience = .seconds(3) }
    _ = checking.node.loop.takeSlowestTurn()
    try checking.check()
    #expect(checking.node.loop.takeSlowestTurn() < .milliseconds(250))
    guard case .failed = checking.checks.report.outcome else { throw Another() }
  }

  @Test("It is asked again, until it answers")
  func again() throws {
    let checker = try Outsider { _ in .json(500, "{}") }
    let checking = try Checking([checker.url])
    try checking.check()
    let well = try Outsider.checker()
    checker.answer { request in
      let results = request.ports.map { #""\#($0)":{"accessible":true,"error":null}"# }
      return .json(200, #"{"results":{\#(results.joined(separator: ","))}}"#)
    }
    try checking.wait { checking.checks.report.outcome == .checked }
    #expect(checking.reaches.allSatisfy { $0 == .reachable })
    withExtendedLifetime(well) {}
  }

  @Test("A port that was not reached is looked at again, and given once it is")
  func opened() throws {
    let isOpen = Flag()
    let checker = try Outsider.checker { _ in isOpen.value }
    let checking = try Checking([checker.url])
    try checking.check()
    #expect(checking.reaches.allSatisfy { $0 == .unreachable })
    isOpen.value = true
    try checking.wait { checking.reaches.allSatisfy { $0 == .reachable } }
    #expect(try checking.node.rent("web").port == checking.port(0))
  }

  @Test("A port that was not reached stays barred while nobody can say otherwise")
  func staysBarred() throws {
    let checker = try Outsider.checker { $0 % 2 == 1 }
    let checking = try Checking([checker.url]) { $0.longestRetry = .seconds(3600) }
    try checking.check()
    checker.answer { _ in .json(500, "{}") }
    try checking.check()
    #expect(try checking.node.rent("web").port.map { $0 % 2 } == 1)
  }

  @Test("A node that ends waits for none of them")
  func ends() throws {
    let checker = try Outsider { _ in .silence }
    let checking = try Checking([checker.url]) { $0.patience = .seconds(3600) }
    checking.checks.check()
    try checking.wait { checker.requests.count == 1 }
    checking.checks.close()
    #expect(LentPorts.isFree(checking.port(0)))
  }

  private final class Flag: @unchecked Sendable {
    var value = false
  }

  private struct Another: Error {}
}
