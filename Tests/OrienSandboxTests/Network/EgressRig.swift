import Foundation
import Glibc
import OrienModel
import OrienSystem
import Synchronization

@testable import OrienSandbox

/// A proxy on a loop and a thread of its own, a server that its rules lead to, and names that the
/// test answers for.
final class EgressRig: Sendable {
  /// What belongs to the rig's loop.
  final class Site: @unchecked Sendable {
    let loop: Loop
    let resolver: Resolver
    var proxy: EgressProxy?

    init(_ loop: Loop, _ resolver: Resolver) {
      self.loop = loop
      self.resolver = resolver
    }
  }

  let port: UInt16
  let server: EgressServer
  private let site: Site
  private let thread: OrienSystem.Thread
  private let logPath: String
  private let log: Log

  /// `rules` may say PORT for the server's; without any, they name the server's address. A socket
  /// that listens may be given, which becomes the proxy's.
  init(
    _ rules: [String] = ["127.0.0.1:PORT"], limits: EgressLimits = EgressLimits(),
    server: EgressServer? = nil, listener given: Int32? = nil,
    lookUp: @escaping @Sendable (String) -> Resolver.Answer = {
      _ in .success([NetworkAddress(host: [127, 0, 0, 1], port: 0)])
    }
  ) throws {
    let server = try server ?? EgressServer()
    self.server = server
    let policy = try EgressPolicy(
      rules.map { $0.replacingOccurrences(of: "PORT", with: "\(server.port)") })
    logPath = "/tmp/orien-egress-\(UInt64.random(in: 0 ... .max))"
    let descriptor = open(logPath, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    log = Log(level: .debug, format: .text, descriptor: descriptor)
    let loop = try Loop()
    let raw = try given ?? Self.newListener()
    let listener = Descriptor(owning: raw)
    port = try Listener(adopting: listener.duplicate()).address.port
    site = Site(loop, Resolver(loop: loop, lookUp: lookUp))
    site.proxy = try EgressProxy(
      on: listener, policy: policy, limits: limits, resolver: site.resolver, loop: loop, log: log,
      fields: ["execution": "x\n1"])
    thread = Thread("egress") { loop.run() }
  }

  private static func newListener() throws -> Int32 {
    try Listener(on: NetworkAddress(host: [127, 0, 0, 1], port: 0)).descriptor.duplicate().release()
  }

  /// Closes the proxy, ends the loop, and gives back what was counted and logged.
  @discardableResult
  func stop() -> (counts: EgressCounts, log: [String]) {
    let counts = onLoop { site in
      let counts = site.proxy!.close()
      site.proxy = nil
      site.resolver.close()
      return counts
    }
    site.loop.stop()
    thread.join()
    log.close()
    let text = (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? ""
    unlink(logPath)
    return (counts, text.split(separator: "\n").map(String.init))
  }

  /// Runs `body` on the loop and gives back its result.
  func onLoop<Result: Sendable>(_ body: @escaping @Sendable (Site) -> Result) -> Result {
    let results = Channel<Result>()
    site.loop.post { [site] in results.send(body(site)) }
    return results.receive()!
  }

  /// Returns when `condition` holds of the proxy; false where it does not for 20 seconds.
  func waits(_ condition: @escaping @Sendable (EgressProxy) -> Bool) -> Bool {
    let results = Channel<Bool>()
    let end = Instant.now + .seconds(20)
    @Sendable func look() {
      if condition(site.proxy!) {
        results.send(true)
      } else if Instant.now > end {
        results.send(false)
      } else {
        _ = site.loop.schedule(after: .milliseconds(1), look)
      }
    }
    site.loop.post { look() }
    return results.receive()!
  }

  /// How much of the processor the loop takes while nobody does anything.
  var idleMicroseconds: UInt64 {
    let results = Channel<UInt64>()
    site.loop.post { [site] in
      let start = OrienSystem.Thread.cpuMicroseconds
      _ = site.loop.schedule(after: .milliseconds(200)) {
        results.send(OrienSystem.Thread.cpuMicroseconds - start)
      }
    }
    return results.receive()!
  }

  var counts: EgressCounts { onLoop { $0.proxy!.counts } }

  func connect() throws -> EgressPeer { try EgressPeer(port: port) }

  /// A tunnel to the server, both of its ends.
  func tunnel() throws -> (program: EgressPeer, target: EgressPeer) {
    let program = try connect()
    program.send("CONNECT 127.0.0.1:\(server.port) HTTP/1.1\r\n\r\n")
    let target = try server.accept()
    let answer = program.text(EgressRig.established.utf8.count)
    guard answer == EgressRig.established else {
      throw EgressPeer.Failed(call: answer, number: 0)
    }
    return (program, target)
  }

  static let established = "HTTP/1.1 200 Connection established\r\n\r\n"

  /// All that a program is told that sends this and no more.
  func answer(_ text: String) throws -> String {
    let program = try connect()
    program.send(text)
    return program.textToEnd()
  }

  /// What SOCKS5 answers to a request, the answer to the greeting left out.
  func socksAnswer(_ request: [UInt8]) throws -> [UInt8] {
    let program = try connect()
    program.send([5, 1, 0] + request)
    let answer = program.receiveToEnd()
    return answer.starts(with: [5, 0]) ? Array(answer.dropFirst(2)) : []
  }
}
