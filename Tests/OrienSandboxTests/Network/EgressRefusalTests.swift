import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

@Suite("Egress: refusals")
struct EgressRefusalTests {
  @Test(
    "A target that no rule names is refused in one line, and nobody is called",
    arguments: [
      "CONNECT 127.0.0.1:PORT HTTP/1.1\r\n\r\n", "CONNECT [::ffff:127.0.0.1]:PORT HTTP/1.1\r\n\r\n",
      "CONNECT other.test:PORT HTTP/1.1\r\n\r\n", "GET http://127.0.0.1:PORT/ HTTP/1.1\r\n\r\n",
      "CONNECT 169.254.169.254:80 HTTP/1.1\r\n\r\n", "CONNECT tool.test:1 HTTP/1.1\r\n\r\n",
    ])
  func unnamed(_ text: String) throws {
    let rig = try EgressRig(["tool.test:PORT", "*.tool.test:PORT"])
    let answer = try rig.answer(text.replacingOccurrences(of: "PORT", with: "\(rig.server.port)"))
    #expect(answer.hasPrefix("HTTP/1.1 403 Forbidden\r\n"))
    #expect(answer.contains("Connection: close\r\n"))
    let body = answer.split(separator: "\r\n\r\n").last ?? ""
    #expect(body.hasSuffix("is not among what this tool may connect to\n"))
    #expect(body.filter { $0 == "\n" }.count == 1)
    #expect(!rig.server.hasCaller)
    let (counts, log) = rig.stop()
    #expect(counts.refusals == 1 && counts.connections == 0 && counts.sentBytes == 0)
    #expect(log.filter { $0.contains("was refused") }.count == 1)
  }

  /// The defence switched off: the same name leads there when a rule writes the address.
  @Test(
    "A name that leads inside is refused, unless a rule writes that very address",
    arguments: [
      (["tool.test:*"], [[127, 0, 0, 1]], "403"),
      (["tool.test:*", "127.0.0.1:PORT"], [[127, 0, 0, 1]], "200"),
      (["tool.test:*", "127.0.0.1:1"], [[127, 0, 0, 1]], "403"),
      (["tool.test:*", "127.0.0.2:*"], [[127, 0, 0, 1]], "403"),
      // One that is inside spoils those that are not.
      (["tool.test:*", "127.0.0.1:PORT"], [[127, 0, 0, 1], [10, 0, 0, 1]], "403"),
      (["tool.test:*"], [[UInt8](repeating: 0, count: 10) + [255, 255, 127, 0, 0, 1]], "403"),
      (
        ["tool.test:*", "127.0.0.1:PORT"],
        [[UInt8](repeating: 0, count: 10) + [255, 255, 127, 0, 0, 1]], "200"
      ),
    ] as [([String], [[UInt8]], String)])
  func inside(_ rules: [String], _ hosts: [[UInt8]], _ status: String) throws {
    let rig = try EgressRig(rules) { name in
      name == "tool.test"
        ? .success(hosts.map { NetworkAddress(host: $0, port: 0) }) : .failure(.unknown)
    }
    let program = try rig.connect()
    program.send("CONNECT tool.test:\(rig.server.port) HTTP/1.1\r\n\r\n")
    let target = status == "200" ? try rig.server.accept() : nil
    target?.finishSending()
    program.finishSending()
    let answer = program.textToEnd()
    #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
    // Where a name leads inside is not the program's business; the log has it.
    #expect(!answer.contains("127.0.0.1"))
    let log = rig.stop().log.joined()
    if status == "403" { #expect(log.contains("address=127.0.0.1") || log.contains("address=10.")) }
  }

  @Test("A name is asked for once, and what was checked is what is connected to")
  func noRebinding() throws {
    let asked = Channel<String>()
    let rig = try EgressRig(["tool.test:*", "127.0.0.1:PORT"]) { name in
      asked.send(name)
      return .success([NetworkAddress(host: [127, 0, 0, 1], port: 0)])
    }
    let program = try rig.connect()
    program.send("CONNECT TOOL.test.:\(rig.server.port) HTTP/1.1\r\n\r\n")
    _ = try rig.server.accept()
    #expect(program.text(12) == "HTTP/1.1 200")
    #expect(asked.drain() == ["tool.test"])
    rig.stop()
  }

  @Test("SOCKS5 says the same by its codes")
  func socks() throws {
    let closed = try EgressServer().port
    let rig = try EgressRig(["tool.test:*", "lost.test:*", "127.0.0.1:\(closed)"]) { name in
      name == "lost.test"
        ? .failure(.unknown) : .success([NetworkAddress(host: [127, 0, 0, 1], port: 0)])
    }
    func named(_ name: String) -> [UInt8] {
      [5, 1, 0, 3, UInt8(name.utf8.count)] + name.utf8 + [0, 9]
    }
    let port = [UInt8(closed >> 8), UInt8(closed & 0xFF)]
    let refused: [([UInt8], UInt8)] = [
      ([5, 1, 0, 1, 10, 0, 0, 1, 0, 80], 2), (named("other.test"), 2), (named("tool.test"), 2),
      (named("lost.test"), 4), ([5, 1, 0, 1, 127, 0, 0, 1] + port, 5),
      ([5, 2, 0, 1, 127, 0, 0, 1] + port, 7), ([5, 1, 0, 9, 0], 8),
    ]
    for (request, code) in refused {
      #expect(try rig.socksAnswer(request) == [5, code, 0, 1, 0, 0, 0, 0, 0, 0])
    }
    let counts = rig.stop().counts
    #expect(counts.refusals == 3 && counts.failures == 2 && counts.malformed == 2)
  }

  @Test("What cannot be connected to is said so, and when")
  func unreached() throws {
    let closed = try EgressServer().port
    let rig = try EgressRig(["lost.test:*", "127.0.0.1:\(closed)"]) { _ in .failure(.unknown) }
    let refused = try rig.answer("CONNECT 127.0.0.1:\(closed) HTTP/1.1\r\n\r\n")
    #expect(refused.hasPrefix("HTTP/1.1 502 Bad Gateway\r\n"))
    #expect(refused.hasSuffix("127.0.0.1:\(closed) refuses connections\n"))
    let lost = try rig.answer("CONNECT lost.test:443 HTTP/1.1\r\n\r\n")
    #expect(lost.hasPrefix("HTTP/1.1 502 ") && lost.hasSuffix("lost.test has no address\n"))
    #expect(rig.stop().counts.failures == 2)
  }

  @Test(
    "A target that does not answer costs its deadline and no more", arguments: ["name", "address"])
  func late(_ what: String) throws {
    var limits = EgressLimits()
    limits.connect = .milliseconds(100)
    // A queue of connections that is full: the kernel lets whoever comes now wait.
    let full = try EgressServer(backlog: 0)
    let callers = try (0..<4).map { _ in try EgressPeer(port: full.port, isBlocking: false) }
    let gate = Channel<Void>()
    let rig = try EgressRig(["slow.test:*", "127.0.0.1:PORT"], limits: limits, server: full) { _ in
      _ = gate.receive()
      return .failure(.unknown)
    }
    let target = what == "name" ? "slow.test:443" : "127.0.0.1:\(full.port)"
    let answer = try rig.answer("CONNECT \(target) HTTP/1.1\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 504 Gateway Timeout\r\n"))
    #expect(answer.hasSuffix("\(target) has not answered in time\n"))
    gate.close()
    rig.stop()
    _ = callers.count
  }

  @Test("A name that nobody answers for keeps no other waiting")
  func hangingName() throws {
    let gate = Channel<Void>()
    let rig = try EgressRig(["slow.test:*", "127.0.0.1:PORT", "quick.test:*"]) { name in
      if name == "slow.test" { _ = gate.receive() }
      return .success([NetworkAddress(host: [127, 0, 0, 1], port: 0)])
    }
    let slow = try rig.connect()
    slow.send("CONNECT slow.test:\(rig.server.port) HTTP/1.1\r\n\r\n")
    #expect(rig.waits { $0.openConnections == 1 })
    let quick = try rig.connect()
    quick.send("CONNECT quick.test:\(rig.server.port) HTTP/1.1\r\n\r\n")
    _ = try rig.server.accept()
    #expect(quick.text(12) == "HTTP/1.1 200")
    gate.close()
    _ = try rig.server.accept()
    #expect(slow.text(12) == "HTTP/1.1 200")
    rig.stop()
  }
}
