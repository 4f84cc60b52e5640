import OrienModel
import OrienTestKit
import Testing

@testable import OrienAPI

@Suite("API: what an operator does to a node that runs")
struct OperatingTests {
  private static let keys = [
    Access.Key(owner: Owner("alice"), isOperator: false, secret: "correct-horse"),
    Access.Key(owner: .operator, isOperator: true, secret: "battery"),
  ]
  private static let alice = ["Authorization": "Bearer correct-horse"]
  private static let operators = ["Authorization": "Bearer battery"]
  private static let call = #"{"sessionId":"s1","toolId":"echo","args":{"message":"hi"}}"#

  @Test("A drained node takes no new work, goes on with the rest, and takes it again when told")
  func drain() throws {
    try Site.with { (site: Site) throws in
      let wait = try site.submit("wait_cancel")
      let answer = try site.ask("POST", "/drain")
      #expect(answer.status == 200)
      #expect(answer["draining"]?.bool == true)
      #expect(answer["running"]?.int64 == 1)
      let refused = try site.ask("POST", "/execute", Self.call)
      #expect(refused.status == 503)
      #expect(refused["code"]?.string == "drained")
      #expect(try site.ask("GET", "/health")["status"]?.string == "degraded")
      #expect(try site.ask("GET", "/executions/\(wait)")["status"]?.string == "running")
      #expect(try site.ask("DELETE", "/executions/\(wait)").status == 200)
      #expect(try site.ask("DELETE", "/drain")["draining"]?.bool == false)
      #expect(try site.ask("POST", "/execute?wait=9", Self.call).status == 200)
      #expect(try site.ask("GET", "/health")["draining"]?.bool == false)
    }
  }

  @Test("Nobody but the operator drains or reloads")
  func operators() throws {
    try Site.with(keys: Self.keys) { (site: Site) throws in
      for (method, target) in [("POST", "/drain"), ("DELETE", "/drain"), ("POST", "/reload")] {
        #expect(try site.ask(method, target, nil, Self.alice).status == 403)
        #expect(try site.ask(method, target, nil, Self.operators).status == 200)
      }
    }
  }

  @Test("A key that is taken back opens nothing any more, and a new one what its owner had")
  func change() throws {
    try Site.with(keys: Self.keys) { (site: Site) throws in
      #expect(try site.ask("PUT", "/sessions/s1/files/a", "x", Self.alice).status == 201)
      let fresh = Access.Key(owner: Owner("alice"), isOperator: false, secret: "staple")
      site.api.admit(Access(keys: [fresh]), perMinute: nil)
      #expect(try site.ask("GET", "/tools", nil, Self.alice).status == 401)
      let staple = ["Authorization": "Bearer staple"]
      #expect(try site.ask("GET", "/sessions/s1/files/a", nil, staple).text == "x")
    }
  }
}
