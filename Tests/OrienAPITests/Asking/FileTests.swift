import OrienKernel
import OrienModel
import OrienSandbox
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienAPI

@Suite("API: files")
struct FileTests {
  @Test("What was sent comes back, byte by byte", arguments: [0, 1, 262_144, 262_145, 1_000_000])
  func roundTrip(count: Int) throws {
    try Site.with { site in
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
      let line = site.start("PUT", "/sessions/s1/files/a/b.bin", bytes)
      let stored = try site.answer(on: line)
      #expect(stored.status == 201 && stored["size"]?.int64 == Int64(count))
      let back = try site.ask("GET", "/sessions/s1/files/a/b.bin")
      #expect(back.status == 200 && back.body == bytes)
      let list = try site.ask("GET", "/sessions/s1/files")
      let file = list["files"]?.array?.first { $0["name"]?.string == "a/b.bin" }
      #expect(file?["sha256"] == stored["sha256"])
      #expect(try site.ask("DELETE", "/sessions/s1/files/a/b.bin").status == 200)
      #expect(try site.ask("GET", "/sessions/s1/files/a/b.bin").status == 404)
    }
  }

  @Test("A body that comes in pieces, without a length, is taken too")
  func chunked() throws {
    try Site.with { site in
      let line = site.open()
      line.send(
        "PUT /sessions/s1/files/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
          .utf8)
      try site.world.wait { site.world.workspaces.limits.sessions > 0 }
      for piece in ["5\r\nhello\r\n", "6\r\n world\r\n", "0\r\n\r\n"] { line.send(piece.utf8) }
      #expect(try site.answer(on: line).status == 201)
      #expect(try site.ask("GET", "/sessions/s1/files/a").text == "hello world")
    }
  }

  @Test("An upload that is cut leaves nothing, neither a file nor a reservation")
  func aborted() throws {
    try Site.with({ $0.workspaces.usage.bytes = 100_000 }) { site in
      for end in [true, false] {
        let line = site.open()
        line.send(
          "PUT /sessions/s1/files/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000\r\n\r\n"
            .utf8)
        line.send([UInt8](repeating: 1, count: 85_000))
        try site.world.wait { line.isTaken }
        if end { line.end() } else { line.reset() }
        try site.world.wait {
          (try? site.ask("PUT", "/sessions/s1/files/b", String(repeating: "x", count: 100_000)))!
            .status < 300
        }
        #expect(try site.ask("DELETE", "/sessions/s1/files/b").status == 200)
        #expect(try site.ask("GET", "/sessions/s1/files/a").status == 404)
      }
    }
  }

  @Test(
    "An upload whose session is removed between its pieces is answered once",
    arguments: [true, false])
  func removedUnder(isLast: Bool) throws {
    try Site.with { site in
      #expect(try site.ask("PUT", "/sessions/s1/files/a", "first").status == 201)
      let line = site.open()
      line.send(
        """
        PUT /sessions/s1/files/b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r
        Expect: 100-continue\r\n\r\n
        """.utf8)
      // The node asks for the body once there is a file for it.
      try site.world.wait { !line.output.isEmpty }
      let asked = line.output.count
      let (held, gate) = (Channel<Void>(), Channel<Void>())
      for _ in 0..<2 {
        site.world.disk.run(
          {
            held.send(())
            _ = gate.receive()
          }, then: Reply(direct: { (_: Result<Void, Failure>) in }))
      }
      for _ in 0..<2 { _ = held.receive() }
      line.send("01234".utf8)
      line.send((isLast ? "56789" : "56").utf8)
      site.start("DELETE", "/sessions/s1/workspace")
      #expect(try site.ask("GET", "/sessions/s1/files").status == 404)
      gate.close()
      var answer: Answer?
      try site.world.wait {
        answer = Answer(Array(line.output.dropFirst(asked)))
        return answer?.isWhole == true
      }
      #expect(answer?.status == 409 && answer?["code"]?.string == "workspace-removed")
      #expect(try site.ask("GET", "/health").status == 200)
    }
  }

  @Test("A file that is too large is refused before it is sent, or where it grows too large")
  func tooLarge() throws {
    try Site.with({ $0.workspaces.uploadBytes = 10 }) { (site: Site) throws in
      #expect(try site.ask("PUT", "/sessions/s1/files/a", "0123456789a").status == 413)
      let line = site.open()
      line.send(
        "PUT /sessions/s1/files/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
          .utf8)
      line.send("6\r\n012345\r\n6\r\n6789ab\r\n0\r\n\r\n".utf8)
      #expect(try site.answer(on: line).status == 413)
      #expect(try site.ask("GET", "/sessions/s1/files/a").status == 404)
      #expect(try site.ask("PUT", "/sessions/s1/files/a", "0123456789").status == 201)
    }
  }

  @Test("A workspace in use is not removed, but by force, which ends the use first")
  func removal() throws {
    try Site.with { site in
      let id = try site.submit("wait_cancel")
      let busy = try site.ask("DELETE", "/sessions/s1/workspace")
      #expect(busy.status == 409 && busy["code"]?.string == "workspace-busy")
      let forced = try site.ask("DELETE", "/sessions/s1/workspace?force=1")
      #expect(forced.status == 200 && forced["message"]?.string == "Workspace cleaned up")
      let end = try site.ask("GET", "/executions/\(id)")
      #expect(end["status"]?.string == "cancelled")
      #expect(end["reason"]?.string == "workspace-removed")
      #expect(try site.ask("GET", "/sessions/s1/files").status == 404)
    }
  }

  @Test(
    "A file can be named by what a path may hold, and nothing is found outside",
    arguments: [
      ("-rf", 201), ("a%20b", 201), ("%C3%A9", 201), ("..%2Fa", 400), ("%2e%2e/a", 400),
      ("a//b", 400),
      ("a/", 400), ("a/./b", 400), ("a%00", 400),
    ])
  func names(name: String, status: Int) throws {
    try Site.with { site in
      let answer = try site.ask("PUT", "/sessions/s1/files/\(name)", "x")
      #expect(answer.status == status || (status == 400 && answer.status == 404), "\(answer.text)")
    }
  }
}
