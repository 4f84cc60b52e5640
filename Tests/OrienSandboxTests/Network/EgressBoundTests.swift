import Foundation
import Glibc
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

@Suite("Egress: bounds and ends")
struct EgressBoundTests {
  @Test("A head that does not come in time is told so", arguments: ["", "GET http://a", "\u{5}"])
  func slowHead(_ part: String) throws {
    var limits = EgressLimits()
    limits.head = .seconds(2)
    let rig = try EgressRig(limits: limits)
    let program = try rig.connect()
    program.send(part)
    let answer = program.receiveToEnd()
    if part == "\u{5}" {
      #expect(answer == [5, 0xFF])
    } else {
      #expect(String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
    }
    #expect(rig.stop().counts.malformed == 1)
  }

  @Test("One byte after the other makes a head too")
  func dripping() throws {
    let rig = try EgressRig()
    let program = try rig.connect()
    for byte in "CONNECT 127.0.0.1:\(rig.server.port) HTTP/1.1\r\n\r\n".utf8 {
      program.send([byte])
      _ = rig.counts
    }
    _ = try rig.server.accept()
    #expect(program.text(12) == "HTTP/1.1 200")
    rig.stop()
  }

  @Test("A head beyond its bound is refused, and what still comes is not in the answer's way")
  func longHead() throws {
    let rig = try EgressRig()
    let program = try rig.connect()
    program.send("GET http://a.org/ HTTP/1.1\r\nA: ")
    program.send([UInt8](repeating: 0x61, count: 1 << 20))
    program.finishSending()
    #expect(program.textToEnd().hasPrefix("HTTP/1.1 431 "))
    rig.stop()
  }

  @Test("A connection over which nothing passes is ended")
  func idle() throws {
    var limits = EgressLimits()
    limits.idle = .milliseconds(100)
    let rig = try EgressRig(limits: limits)
    let (program, target) = try rig.tunnel()
    #expect(program.receive() == nil)
    #expect(target.receive() == nil)
    #expect(rig.stop().log.contains { $0.contains("nothing has passed for too long") })
  }

  @Test("Beyond the bound connections wait for one that ends")
  func bounded() throws {
    var limits = EgressLimits()
    limits.connections = 2
    let rig = try EgressRig(limits: limits)
    let first = try rig.tunnel()
    let second = try rig.tunnel()
    let third = try rig.connect()
    third.send("CONNECT 127.0.0.1:\(rig.server.port) HTTP/1.1\r\n\r\n")
    for _ in 0..<20 { #expect(rig.onLoop { $0.proxy!.openConnections } == 2) }
    #expect(!rig.server.hasCaller)
    first.program.finishSending()
    first.target.finishSending()
    _ = try rig.server.accept()
    #expect(third.text(12) == "HTTP/1.1 200")
    #expect(rig.counts.connections == 3)
    _ = second
    rig.stop()
  }

  @Test("Many at once are all served, and all counted")
  func many() throws {
    let rig = try EgressRig()
    let server = rig.server
    let count = 200
    let echo = Thread("echo") {
      for _ in 0..<count {
        guard let target = try? server.accept() else { return }
        let bytes = target.receiveToEnd()
        target.send(bytes)
      }
    }
    let programs = try (0..<count).map { index in
      let program = try rig.connect()
      program.send("CONNECT 127.0.0.1:\(server.port) HTTP/1.1\r\n\r\nnumber \(index)")
      program.finishSending()
      return program
    }
    for (index, program) in programs.enumerated() {
      #expect(program.textToEnd() == EgressRig.established + "number \(index)")
    }
    echo.join()
    #expect(rig.waits { $0.openConnections == 0 })
    let (counts, log) = rig.stop()
    let bytes = (0..<count).reduce(0) { $0 + "number \($1)".utf8.count }
    #expect(counts.connections == UInt64(count))
    #expect(counts.sentBytes == UInt64(bytes) && counts.receivedBytes == UInt64(bytes))
    // The log is bounded, and says what it leaves out.
    let lines = log.filter { $0.contains("connection has ended") }.count
    #expect(lines >= EgressJournal.lines && lines < count)
    let leftOut = log.filter { $0.contains("were not logged") }
      .compactMap { $0.split(separator: " ").first { $0.hasPrefix("count=") }?.dropFirst(6) }
      .compactMap { Int($0) }.reduce(0, +)
    #expect(lines + leftOut == count)
  }

  @Test("Closing ends everything at once, and leaves no descriptor")
  func closes() async {
    await #expect(processExitsWith: .success) {
      let gate = Channel<Void>()
      let full = try EgressServer(backlog: 0)
      let callers = try (0..<4).map { _ in try EgressPeer(port: full.port, isBlocking: false) }
      let rig = try EgressRig(["127.0.0.1:*", "slow.test:*"]) { _ in
        _ = gate.receive()
        return .failure(.unknown)
      }
      // One in each of its stages: silent, halfway, asking, connecting, refused, relaying.
      let silent = try rig.connect()
      #expect(rig.waits { $0.openConnections == 1 })
      let before = EgressBoundTests.openDescriptors
      let tunnel = try rig.tunnel()
      let others = try [
        "", "GET http://127", "CONNECT slow.test:1 HTTP/1.1\r\n\r\n",
        "CONNECT 127.0.0.1:\(full.port) HTTP/1.1\r\n\r\n", "nonsense\r\n\r\n",
      ].map { text in
        let program = try rig.connect()
        program.send(text)
        return program
      }
      #expect(rig.waits { $0.openConnections == 7 && $0.counts.malformed == 1 })
      #expect(tunnel.program.sendPattern() > 0)
      // The ends that are the test's own: seven, of which one was there before.
      let own = 1 + 1 + others.count
      #expect(EgressBoundTests.openDescriptors > before + own)
      let counts = rig.onLoop { $0.proxy!.close() }
      #expect(counts.connections == 1)
      // The silent one's and the proxy's own listener are closed besides.
      #expect(EgressBoundTests.openDescriptors == before + own - 2)
      #expect(rig.onLoop { $0.proxy!.openConnections } == 0)
      for program in others + [silent] { _ = program.receiveToEnd() }
      _ = tunnel.target.receiveToEnd()
      #expect(rig.onLoop { $0.proxy!.close() } == counts)
      gate.close()
      rig.stop()
      _ = callers.count
    }
  }

  @Test("Programs that vanish at any moment leave no descriptor behind")
  func resets() async {
    await #expect(processExitsWith: .success) {
      let rig = try EgressRig()
      let connect = "CONNECT 127.0.0.1:\(rig.server.port) HTTP/1.1\r\n\r\n"
      let server = rig.server
      Thread("server") { while let peer = try? server.accept() { peer.send("hello") } }.detach()
      // The first name and the first connection open what stays.
      _ = try rig.answer("CONNECT a.test:1 HTTP/1.1\r\n\r\n")
      let before = EgressBoundTests.openDescriptors
      for round in 0..<40 {
        for opening in ["", "CONN", "\u{5}", connect, connect + "data", "nonsense"] {
          let program = try rig.connect()
          program.send(opening)
          // Every other time the proxy gets to act on it first.
          if round % 2 == 0 { _ = rig.counts }
          program.reset()
        }
      }
      // The server, too, lets go of each only when it has come to it.
      #expect(
        rig.waits {
          $0.openConnections == 0 && EgressBoundTests.openDescriptors <= before + 1
        })
      exit(0)
    }
  }

  @Test("What is no listener is not taken for one")
  func noListener() throws {
    let loop = try Loop()
    let log = Log(level: .error, format: .text)
    let pair = try SocketPair().release()
    #expect(throws: SystemError.self) {
      try EgressProxy(
        on: Descriptor(owning: pair.near), policy: EgressPolicy(rules: []),
        resolver: Resolver(loop: loop), loop: loop, log: log)
    }
    close(pair.far)
  }

  static var openDescriptors: Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? -1
  }
}
