import OrienKernel
import OrienModel
import OrienTestKit
import Testing

@testable import OrienAPI
@testable import OrienHTTP

@Suite("API: what goes wrong")
struct ProblemTests {
  private static let unknown = "exec-00000000-0000-4000-8000-000000000000"

  @Test(
    "Every error has one body, with the right status, and changes nothing",
    arguments: [
      ("GET", "/nothing", nil, 404, "no-route"), ("PATCH", "/tools", nil, 405, nil),
      ("POST", "/tools", "{}", 405, "method-not-allowed"),
      ("GET", "/tools/nothing", nil, 404, "unknown-tool"),
      ("GET", "/tools?x=1", nil, 400, "invalid-query"),
      ("POST", "/execute", nil, 400, nil), ("POST", "/execute", "{", 400, nil),
      ("POST", "/execute", "[]", 400, "invalid-request"),
      ("POST", "/execute", "{}", 400, "invalid-request"),
      ("POST", "/execute", #"{"sessionId":"..","toolId":"say","args":{}}"#, 400, "invalid-session"),
      ("POST", "/execute", #"{"sessionId":"a","toolId":"nil","args":{}}"#, 400, "unknown-tool"),
      (
        "POST", "/execute", #"{"sessionId":"a","toolId":"say","args":{"x":1}}"#, 400,
        "invalid-arguments"
      ),
      ("POST", "/execute?wait=301", "{}", 400, "invalid-query"),
      ("POST", "/execute?wait=-1", "{}", 400, "invalid-query"),
      ("POST", "/execute?wait=%2B1", "{}", 400, "invalid-query"),
      ("POST", "/execute?wait=1&wait=2", "{}", 400, "invalid-query"),
      ("POST", "/execute?wiat=1", "{}", 400, "invalid-query"),
      ("GET", "/executions/x", nil, 404, "execution-not-found"),
      ("GET", "/executions/\(unknown)", nil, 404, "execution-not-found"),
      ("DELETE", "/executions/\(unknown)", nil, 404, "execution-not-found"),
      ("GET", "/executions/\(unknown)/output", nil, 404, "execution-not-found"),
      ("GET", "/executions/\(unknown)/events", nil, 404, "execution-not-found"),
      ("GET", "/executions/\(unknown)/receipt", nil, 404, "execution-not-found"),
      ("GET", "/executions?limit=0", nil, 400, "invalid-query"),
      ("GET", "/executions?limit=1001", nil, 400, "invalid-query"),
      ("GET", "/executions?status=done", nil, 400, "invalid-query"),
      ("GET", "/executions?cursor=x", nil, 400, "invalid-query"),
      ("GET", "/executions?session=..", nil, 400, "invalid-session"),
      ("DELETE", "/sessions/../workspace", nil, 400, nil),
      ("DELETE", "/sessions/%2e%2e/workspace", nil, 400, nil),
      ("DELETE", "/sessions/..%2f..%2fx/workspace", nil, 400, nil),
      ("DELETE", "/sessions/a/workspace?force=yes", nil, 400, "invalid-query"),
      ("GET", "/sessions/none/files", nil, 404, "session-not-found"),
      ("GET", "/sessions/none/files/a", nil, 404, "session-not-found"),
      ("DELETE", "/sessions/none/files/a", nil, 404, "session-not-found"),
    ] as [(String, String, String?, Int, String?)])
  func problem(method: String, target: String, body: String?, status: Int, code: String?) throws {
    try Site.with { site in
      let answer = try site.ask(method, target, body)
      #expect(answer.status == status, "\(answer.text)")
      #expect(answer[field: "content-type"] == "application/problem+json")
      let names = ["type", "title", "status", "detail", "error", "message", "code", "errors"]
      #expect(answer.json.members?.map(\.name) == names)
      #expect(answer["status"]?.int64 == Int64(status))
      #expect(answer["detail"] == answer["error"] && answer["detail"] == answer["message"])
      #expect(answer["detail"]?.string?.isEmpty == false)
      if let code { #expect(answer["code"]?.string == code) }
      #expect(answer["type"]?.string == "urn:orien:problem:" + (answer["code"]?.string ?? ""))
      #expect(site.world.kernel.counters.accepted == 0)
      let page = try site.ask("GET", "/executions")
      #expect(page["executions"]?.array?.isEmpty == true)
    }
  }

  @Test(
    "Each code of a failure has its status",
    arguments: [
      (Failure.Code.invalid, 400), (.unauthenticated, 401), (.denied, 403), (.notFound, 404),
      (.conflict, 409), (.tooLarge, 413), (.unsupported, 415), (.mismatch, 422), (.limited, 429),
      (.internal, 500), (.unavailable, 503), (.cancelled, 503), (.full, 507),
    ])
  func statuses(code: Failure.Code, status: Int) {
    #expect(Problem.status(of: code).rawValue == status)
  }

  @Test("A body that says to be too long is refused before it is sent")
  func bodyTooLarge() throws {
    try Site.with { site in
      let line = site.open()
      line.send(
        "POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 16777217\r\n\r\n".utf8)
      let answer = try site.answer(on: line)
      #expect(answer.status == 413)
      #expect(answer[field: "content-type"] == "application/problem+json")
      let text = String(repeating: "x", count: 2 << 20)
      let body = #"{"sessionId":"s1","toolId":"say","args":{"text":"\#(text)"}}"#
      let large = try site.ask("POST", "/execute", body)
      #expect(large.status == 400 && large["detail"]?.string?.contains("inputBytes") == true)
    }
  }

  @Test("A method that is not taken is told those that are")
  func allow() throws {
    try Site.with { site in
      let answer = try site.ask("POST", "/health", "{}")
      #expect(answer.status == 405)
      #expect(answer[field: "allow"]?.contains("GET") == true)
    }
  }

  @Test("Too many, and not now, say when to come back")
  func retryAfter() throws {
    try Site.with({
      $0.policy.slots = 1
      $0.policy.queued = 0
    }) { site in
      let id = try site.submit("wait_cancel")
      let body = #"{"sessionId":"s1","toolId":"say","args":{}}"#
      let full = try site.ask("POST", "/execute", body)
      #expect(full.status == 429 && full[field: "retry-after"] != nil)
      _ = try site.ask("DELETE", "/executions/\(id)")
      site.world.kernel.drain()
      let draining = try site.ask("POST", "/execute", body)
      #expect(draining.status == 503 && draining[field: "retry-after"] != nil)
    }
  }
}
