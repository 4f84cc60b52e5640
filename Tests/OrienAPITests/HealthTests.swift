import OrienKernel
import OrienModel
import OrienTestKit
import Testing

@testable import OrienAPI

@Suite("API: health and figures")
struct HealthTests {
  private static let five = ["status", "uptime", "activeExecutions", "totalExecutions", "version"]
  private static let key = Access.Key(owner: .operator, isOperator: true, secret: "battery")

  @Test("Beyond loopback health says five things, on loopback more to an operator")
  func strangers() throws {
    try Site.with(keys: [Self.key]) { (site: Site) throws in
      let key = ["Authorization": "Bearer battery"]
      func names(_ fields: [String: String], _ listener: String) throws -> [String]? {
        let line = site.open(listener: listener)
        line.send("GET /health HTTP/1.1\r\nHost: localhost\r\n".utf8)
        for (name, value) in fields { line.send("\(name): \(value)\r\n".utf8) }
        line.send("\r\n".utf8)
        return try site.answer(on: line).json.members?.map(\.name)
      }
      #expect(try names(key, "10.0.0.1:4000") == Self.five)
      #expect(try names([:], "10.0.0.1:4000") == Self.five)
      #expect(try names([:], "127.0.0.1:4000") == Self.five)
      #expect(try names(key, "127.0.0.1:4000")?.contains("problems") == true)
    }
  }

  @Test("What is wrong is said, and the state is degraded")
  func degraded() throws {
    try Site.with { site in
      #expect(try site.ask("GET", "/health")["status"]?.string == "ok")
      site.world.jail.isUp = false
      site.world.kernel.drain()
      let health = try site.ask("GET", "/health")
      #expect(health["status"]?.string == "degraded")
      #expect(health["problems"]?.array?.count == 2)
      #expect(health["draining"]?.bool == true)
    }
  }

  @Test("It counts what runs and what ever was accepted")
  func counts() throws {
    try Site.with { site in
      _ = try site.run("say")
      let id = try site.submit("wait_cancel")
      let health = try site.ask("GET", "/health")
      #expect(health["activeExecutions"]?.int64 == 1)
      #expect(health["totalExecutions"]?.int64 == 2)
      _ = try site.ask("DELETE", "/executions/\(id)")
    }
  }

  @Test("The figures are Prometheus' text: each family told once, before its samples")
  func metrics() throws {
    try Site.with { site in
      _ = try site.run("say", #"{"text":"a"}"#)
      _ = try site.ask("POST", "/execute", #"{"sessionId":"s1","toolId":"\"\n\\","args":{}}"#)
      let answer = try site.ask("GET", "/metrics")
      #expect(answer[field: "content-type"] == "text/plain; version=0.0.4; charset=utf-8")
      #expect(answer.text.hasSuffix("\n"))
      let sample = /([a-z_]+)(\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (\d+)/
      var families: [String: String] = [:]
      var samples: [String: Int] = [:]
      for line in answer.text.split(separator: "\n") {
        if let type = line.wholeMatch(of: /# TYPE ([a-z_]+) (gauge|counter)/) {
          #expect(families.updateValue(String(type.2), forKey: String(type.1)) == nil)
        } else if !line.hasPrefix("# HELP ") {
          let match = try #require(line.wholeMatch(of: sample), "\(line)")
          let name = String(match.1)
          let kind = try #require(families[name], "\(line)")
          #expect(name.hasSuffix("_total") == (kind == "counter"), "\(line)")
          #expect(samples.updateValue(Int(match.3)!, forKey: name + (match.2 ?? "")) == nil)
        }
      }
      #expect(samples["orien_executions_accepted_total"] == 1)
      #expect(samples[#"orien_executions_ended_total{tool="say",status="completed"}"#] == 1)
      #expect(samples[#"orien_executions_refused_total{reason="unknown-tool"}"#] == 1)
      #expect(samples[#"orien_earned_micro_units_total{currency="USD"}"#] == 3)
    }
  }

  @Test("What the node earns is told to its operator alone")
  func earnings() throws {
    let keys = [
      Access.Key(owner: Owner("alice"), isOperator: false, secret: "correct-horse"),
      Access.Key(owner: .operator, isOperator: true, secret: "battery"),
    ]
    try Site.with(keys: keys) { site in
      func figures(_ secret: String) throws -> String {
        try site.ask("GET", "/metrics", nil, ["Authorization": "Bearer \(secret)"]).text
      }
      let (tenants, operators) = (try figures("correct-horse"), try figures("battery"))
      for text in [tenants, operators] { #expect(text.contains("orien_executions_running ")) }
      #expect(operators.contains("orien_earned_micro_units_total"))
      #expect(!tenants.contains("earned") && !tenants.contains("collect"))
    }
  }
}
