import OrienModel
import OrienTestKit
import Testing

@testable import OrienAPI

@Suite("API: who may ask")
struct AccessTests {
  private static let keys = [
    Access.Key(owner: Owner("alice"), isOperator: false, secret: "correct-horse"),
    Access.Key(owner: .operator, isOperator: true, secret: "battery"),
  ]

  private func status(_ authorization: String?, _ site: Site, _ target: String = "/tools") throws
    -> Int
  {
    try site.ask("GET", target, nil, authorization.map { ["Authorization": $0] } ?? [:]).status
  }

  @Test(
    "Only the whole key opens, whatever is near it",
    arguments: [
      ("Bearer correct-horse", 200), ("Bearer battery", 200), ("bearer battery", 200),
      ("BEARER  battery", 200),
      ("Bearer correct-hors", 401), ("Bearer correct-horsf", 401), ("Bearer Correct-horse", 401),
      ("Bearer correct-horse1", 401), ("Bearer c", 401), ("Bearer batterybattery", 401),
      ("Bearer correct-horsecorrect-horse", 401), ("Bearer correct-horse battery", 401),
      ("Bearer", 401), ("Bearer ", 401), ("Basic battery", 401), ("battery", 401), ("", 401),
      ("Bearerbattery", 401),
    ])
  func keys(authorization: String, expected: Int) throws {
    try Site.with(keys: Self.keys) { site in
      let status = try status(authorization, site)
      #expect(status == expected)
    }
  }

  @Test("A refusal says how to ask")
  func challenge() throws {
    try Site.with(keys: Self.keys) { site in
      let answer = try site.ask("GET", "/tools")
      #expect(answer.status == 401)
      #expect(answer[field: "www-authenticate"]?.hasPrefix("Bearer") == true)
      #expect(answer["code"]?.string == "no-key")
    }
  }

  @Test("Two Authorization fields are neither")
  func repeated() throws {
    for keys in [Self.keys, []] {
      try Site.with(keys: keys) { (site: Site) throws in
        let line = site.open()
        let field = "Authorization: Bearer battery\r\n"
        line.send("GET /tools HTTP/1.1\r\nHost: localhost\r\n\(field)\(field)\r\n".utf8)
        #expect(try site.answer(on: line).status == 400)
      }
    }
  }

  @Test(
    "Without a key nobody is asked for by a proxy, for whoever that is may be anywhere",
    arguments: ["Forwarded", "X-Forwarded-For", "x-forwarded-proto", "X-Real-IP", "Via"])
  func proxied(field: String) throws {
    try Site.with(keys: []) { (site: Site) throws in
      #expect(try site.ask("GET", "/tools").status == 200)
      let answer = try site.ask("GET", "/tools", nil, [field: "203.0.113.9"])
      #expect(answer.status == 403)
      #expect(answer["code"]?.string == "proxied-without-key")
      #expect(try site.ask("GET", "/health", nil, [field: "203.0.113.9"]).status == 200)
    }
    try Site.with(keys: Self.keys) { (site: Site) throws in
      let fields = [field: "203.0.113.9", "Authorization": "Bearer battery"]
      #expect(try site.ask("GET", "/tools", nil, fields).status == 200)
    }
  }

  @Test("A key in the target is none")
  func query() throws {
    try Site.with(keys: Self.keys) { site in
      for name in ["key", "access_token"] {
        let status = try status(nil, site, "/tools?\(name)=battery")
        #expect(status == 401)
      }
    }
  }

  @Test("Open routes need no key, but a wrong one is wrong there too")
  func open() throws {
    try Site.with(keys: Self.keys) { (site: Site) throws in
      for target in ["/", "/health", "/openapi.json", "/docs", "/api/v1/docs"] {
        #expect(try status(nil, site, target) == 200)
        #expect(try status("Bearer wrong", site, target) == 401)
      }
      for route in site.api.routes
      where !["/", "/health", "/openapi.json", "/docs", "/api/v1/docs"].contains(route.template) {
        let target = route.template.replacing(/\{[^}]*\}/, with: "x")
        #expect(try site.ask(route.method, target).status == 401, "\(route)")
      }
    }
  }

  @Test("An empty secret opens nothing")
  func emptySecret() throws {
    try Site.with(keys: [Access.Key(owner: Owner("x"), isOperator: true, secret: "")]) { site in
      for key in ["", "x"] {
        let status = try status("Bearer " + key, site)
        #expect(status == 401)
      }
    }
  }

  @Test("What belongs to one key is not found by another, but for the operator's")
  func owners() throws {
    try Site.with(keys: Self.keys) { site in
      let alice = ["Authorization": "Bearer correct-horse"]
      let operators = ["Authorization": "Bearer battery"]
      let body = #"{"sessionId":"s1","toolId":"echo","args":{"message":"hi"}}"#
      let mine = try #require(
        site.ask("POST", "/execute?wait=9", body, alice)["executionId"]?.string)
      let theirs = try #require(
        site.ask("POST", "/execute?wait=9", body, operators)["executionId"]?.string)
      for path in ["", "/output", "/events", "/receipt"] {
        #expect(try site.ask("GET", "/executions/\(theirs)\(path)", nil, alice).status == 404)
        #expect(try site.ask("GET", "/executions/\(mine)\(path)", nil, operators).status == 200)
      }
      #expect(try site.ask("DELETE", "/executions/\(theirs)", nil, alice).status == 404)
      let list = { (fields: [String: String]) in
        try site.ask("GET", "/executions", nil, fields)["executions"]?.array?
          .compactMap { $0["executionId"]?.string }
      }
      #expect(try list(alice) == [mine])
      #expect(try list(operators) == [theirs, mine])
      #expect(try site.ask("PUT", "/sessions/s1/files/a", "x", alice).status == 201)
      #expect(try site.ask("GET", "/sessions/s1/files/a", nil, operators).status == 404)
    }
  }
}
