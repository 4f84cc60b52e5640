import Glibc
import OrienModel
import OrienSystem
import OrienTestKit

@testable import OrienNode

/// Rentals whose ports checkers on loopback look at.
final class Checking {
  let node: TestNode
  let range: Range<Int>
  private let address: PublicAddress
  private(set) var checks: PortChecks!
  private var overs = 0

  init(
    _ servers: [String], ports: Int = 5, own: [UInt16] = [],
    _ change: (inout PortCheckSettings) -> Void = { _ in }
  ) throws {
    range = try LentPorts.range(ports)
    var options = TestNode.Options()
    options.ports = range
    node = try TestNode(Scratch(), MachineEngine(), options)
    var found = PublicAddress.Settings()
    found.host = "127.0.0.1"
    address = PublicAddress(found, on: node.loop)
    var settings = PortCheckSettings()
    settings.servers = servers
    settings.firstRetry = .milliseconds(1)
    settings.longestRetry = .milliseconds(20)
    settings.patience = .seconds(10)
    change(&settings)
    checks = PortChecks(
      PortChecks.Parts(
        loop: node.loop, log: Log(level: .error, format: .text, descriptor: Self.nowhere),
        address: address, hosts: [NetworkAddress(host: [127, 0, 0, 1], port: 0)]),
      settings, of: node.rentals,
      own: own.map { NetworkAddress(host: [127, 0, 0, 1], port: $0) })
    node.rentals.overload = { [unowned self] in checks.trouble }
    checks.onOver = { [unowned self] in overs += 1 }
  }

  deinit {
    checks.close()
    address.close()
  }

  private static let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)

  /// Has all looked at, to the end of it.
  func check() throws {
    let before = overs
    checks.check()
    try wait { overs > before }
  }

  func wait(until holds: () -> Bool) throws {
    guard node.loop.drive(until: holds) else {
      throw Failure(.internal, "no-event", "\(checks.report)")
    }
  }

  var states: [PortState] { checks.report.ports }
  var reaches: [PortState.Reach] { states.map(\.reach) }
  func port(_ index: Int) -> UInt16 { UInt16(range.lowerBound + index) }
}

extension Outsider {
  /// A checker that connects, and says so of the ports that `sees` lets it see.
  static func checker(
    sees: @escaping @Sendable (UInt16) -> Bool = { _ in true }
  ) throws -> Outsider {
    try Outsider { request in
      let results = request.ports.map { port -> String in
        let isReached = sees(port) && (try? Stream(to: port)) != nil
        return #""\#(port)":{"accessible":\#(isReached),"error":"#
          + (isReached ? "null}" : #""Connection timed out"}"#)
      }
      return .json(
        200, #"{"success":true,"results":{\#(results.joined(separator: ","))},"message":""}"#)
    }
  }
}

extension Outsider.Request {
  var ports: [UInt16] {
    (json["ports"]?.array ?? []).compactMap { $0.uint64.flatMap { UInt16(exactly: $0) } }
  }
}
