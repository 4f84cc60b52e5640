import OrienKernel
import OrienLedger
import OrienModel
import OrienTestKit
import Testing

@testable import OrienAPI

@Suite("API: submitting")
struct SubmissionTests {
  private func faults(_ body: String) -> [String] {
    do throws(Failure) {
      _ = try Submission(body: Array(body.utf8), owner: .operator)
      return []
    } catch {
      return error.faults.map(\.pointer)
    }
  }

  @Test(
    "Everything that is missing or wrong is named at once",
    arguments: [
      ("{}", ["/toolId", "/sessionId", "/args"]),
      (#"{"sessionId":"","toolId":"","args":[]}"#, ["/toolId", "/sessionId", "/args"]),
      (#"{"sessionId":1,"toolId":null,"args":null}"#, ["/toolId", "/sessionId", "/args"]),
      (#"{"sessionId":"a/b","toolId":"t","args":{}}"#, ["/sessionId"]),
      (#"{"sessionId":"a","toolId":"t","args":{}}"#, []),
      (#"{"sessionId":"a","toolId":"t","args":{},"more":1}"#, []), ("3", [""]),
    ])
  func members(body: String, pointers: [String]) {
    #expect(faults(body) == pointers)
  }

  @Test(
    "A body that says to be something else than JSON is not read",
    arguments: [
      (["Content-Type": "text/plain"], 415),
      (["Content-Type": "application/json; charset=utf-8"], 202),
      (["Content-Type": "APPLICATION/JSON"], 202),
      (["Content-Type": "application/vnd.orien+json"], 202),
      (["Content-Type": "application/jsonx"], 415), (["Content-Encoding": "gzip"], 415),
      (["Content-Encoding": "identity"], 202), ([:], 202),
    ])
  func types(fields: [String: String], status: Int) throws {
    try Site.with { site in
      let body = #"{"sessionId":"s1","toolId":"say","args":{}}"#
      let answer = try site.ask("POST", "/execute", body, fields)
      #expect(answer.status == status)
    }
  }

  @Test("The answer is the three members that ORIEN's callers know, its status pending")
  func accepted() throws {
    try Site.with { site in
      let answer = try site.ask(
        "POST", "/execute", #"{"sessionId":"s1","toolId":"echo","args":{"message":"hi"}}"#)
      #expect(answer.status == 202)
      #expect(answer.json.members?.map(\.name) == ["executionId", "status", "startedAt"])
      #expect(answer["status"]?.string == "pending")
    }
  }

  @Test(
    "Who waits gets the end if it comes in time, else how it is",
    arguments: [
      ("?wait=20", [:], true), ("", ["Prefer": "wait=20"], true),
      ("", ["Prefer": "respond-async, WAIT = \"20\""], true),
      ("", ["Prefer": "wait=x, wait=20"], true), ("?wait=0", ["Prefer": "wait=20"], false),
      ("", ["Prefer": "return=minimal"], false), ("", ["Prefer": "wait=-1"], false),
    ] as [(String, [String: String], Bool)])
  func waits(query: String, fields: [String: String], isEnd: Bool) throws {
    try Site.with { site in
      let body = #"{"sessionId":"s1","toolId":"go","args":{"words":["x"]}}"#
      let line = site.start("POST", "/execute" + query, Array(body.utf8), fields)
      let process = try site.world.process()
      if !isEnd { _ = try site.answer(on: line) }
      try process.write("out")
      process.exit(3)
      let answer = try site.answer(on: line)
      #expect(answer.status == (isEnd ? 200 : 202))
      if isEnd {
        #expect(answer["status"]?.string == "failed" && answer["exitCode"]?.int64 == 3)
        #expect(answer["output"]?.string == "out")
      }
    }
  }

  @Test("Who goes away while it waits cancels nothing, and leaves nobody waiting")
  func goesAway() throws {
    try Site.with { site in
      let body = #"{"sessionId":"s1","toolId":"go","args":{"words":["x"]}}"#
      let line = site.start("POST", "/execute?wait=300", Array(body.utf8))
      let process = try site.world.process()
      line.end()
      // Half gone, it is told how it is.
      #expect(try site.answer(on: line).status == 202)
      let other = site.start("POST", "/execute?wait=300", Array(body.utf8))
      _ = try site.world.process(2)
      other.reset()
      process.exit(0)
      site.world.jail.processes[1].exit(0)
      try site.world.wait { site.world.kernel.active == 0 }
      #expect(site.world.kernel.counters.ended.values.reduce(0, +) == 2)
    }
  }

  @Test("One key is one execution, another body under it is refused, and a key has a form")
  func idempotency() throws {
    try Site.with { site in
      let body = #"{"sessionId":"s1","toolId":"say","args":{}}"#
      let first = try site.ask("POST", "/execute", body, ["Idempotency-Key": "k"])
      let again = try site.ask("POST", "/execute", body, ["Idempotency-Key": "k"])
      #expect(first["executionId"] == again["executionId"])
      let other = try site.ask("POST", "/execute", body + " ", ["Idempotency-Key": "k"])
      #expect(other.status == 422)
      for key in ["", "a b", String(repeating: "k", count: 256), "é"] {
        #expect(try site.ask("POST", "/execute", body, ["Idempotency-Key": key]).status == 400)
      }
    }
  }

  @Test("Pages go on where the one before ended, and hold what they are asked for")
  func pages() throws {
    try Site.with { site in
      let ids = try (0..<5).map { _ in try site.run("say") }
      let failed = try site.run("refuse", #"{"status":1}"#)
      var seen: [String] = []
      var target = "/executions?limit=2"
      while true {
        let page = try site.ask("GET", target)
        let page_ids = page["executions"]?.array?.compactMap { $0["executionId"]?.string } ?? []
        #expect(page_ids.count <= 2)
        seen += page_ids
        guard let next = page["next"]?.string else { break }
        target = "/executions?limit=2&cursor=" + next
      }
      #expect(seen == [failed] + ids.reversed())
      let some = try site.ask("GET", "/executions?status=failed&session=s1")
      let found = some["executions"]?.array?.compactMap { $0["executionId"]?.string }
      #expect(found == [failed])
      #expect(try site.ask("GET", "/executions?session=s2")["executions"]?.array?.isEmpty == true)
    }
  }
}
