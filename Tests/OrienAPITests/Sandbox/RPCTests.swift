import OrienModel
import OrienTestKit
import Testing

@testable import OrienAPI

@Suite("API: JSON-RPC")
struct RPCTests {
  private func ask(_ site: Site, _ body: String) throws -> Answer {
    try site.ask("POST", "/rpc", body)
  }

  @Test(
    "What is no call is answered with the code of why",
    arguments: [
      ("{", -32700), ("1", -32600), ("[]", -32600), (#"{"jsonrpc":"2.0","id":1}"#, -32600),
      (#"{"jsonrpc":"1.0","method":"rpc.discover","id":1}"#, -32600),
      (#"{"jsonrpc":"2.0","method":"x","id":1}"#, -32601),
      (#"{"jsonrpc":"2.0","method":"python/execute","params":{"cod":1},"id":1}"#, -32602),
      (#"{"jsonrpc":"2.0","method":"python/execute","params":{"code":""},"id":1}"#, -30003),
    ] as [(String, Int64)])
  func codes(body: String, code: Int64) throws {
    try Site.with { site in
      let answer = try ask(site, body)
      #expect(answer.status == 200)
      #expect(answer["error"]?["code"]?.int64 == code, "\(answer.text)")
      #expect(answer["jsonrpc"]?.string == "2.0")
    }
  }

  @Test("A notification has no answer, alone or in a batch")
  func notifications() throws {
    try Site.with { site in
      let call = #"{"jsonrpc":"2.0","method":"rpc.discover"}"#
      #expect(try ask(site, call).status == 204)
      #expect(try ask(site, "[\(call),\(call)]").status == 204)
      let mixed = try ask(site, "[\(call),1]")
      #expect(mixed.json.array?.count == 1)
    }
  }

  @Test("A node without a tool that runs code says so, and names what it looked for")
  func nothing() throws {
    try Site.with { site in
      let answer = try site.ask("POST", "/run", #"{"code":""}"#)
      #expect(answer.status == 503)
      #expect(answer["detail"]?.string?.contains("docker-run") == true, "\(answer.text)")
      let health = try site.ask(
        "GET", "/health", nil, ["Accept": "application/vnd.aurea+json"])
      #expect(health["status"]?.string == "degraded")
      #expect(health["sandbox_available"]?.bool == false)
    }
  }
}
