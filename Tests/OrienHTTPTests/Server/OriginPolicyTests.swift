import Testing

@testable import OrienHTTP

@Suite("Hosts and origins")
struct OriginPolicyTests {
  private func status(
    _ fields: String, policy: OriginPolicy = OriginPolicy(), listener: String = "127.0.0.1:4000",
    method: String = "GET"
  ) -> Response? {
    let wire = Wire(origins: policy, listener: listener)
    wire.feed("\(method) /tools HTTP/1.1\r\n\(fields)\r\n\r\n")
    return wire.responses.first
  }

  @Test(
    "On loopback only loopback's names are answered to",
    arguments: [
      ("localhost", 200), ("LocalHost:4000", 200), ("127.0.0.1", 200), ("127.0.0.1:4000", 200),
      ("127.1.2.3:1", 200), ("[::1]", 200), ("[::1]:4000", 200), ("panel.test:80", 200),
      ("evil.example", 421), ("127.0.0.1.evil.example", 421), ("127.evil", 421),
      ("localhost.evil", 421), ("notlocalhost", 421), ("[::2]", 421), ("192.168.0.1", 421),
      ("0.0.0.0", 421),
    ])
  func hosts(_ host: String, _ expected: Int) {
    let policy = OriginPolicy(hostNames: ["panel.test"])
    #expect(status("Host: \(host)", policy: policy)?.status == expected)
    #expect(status("Host: \(host)", policy: policy, listener: "[::1]:4000")?.status == expected)
    #expect(status("Host: \(host)", policy: policy, listener: "0.0.0.0:4000")?.status == 200)
  }

  @Test(
    "On loopback a page of another origin is refused, unless it is allowed",
    arguments: [
      ("http://localhost:4000", 200), ("https://localhost:4000", 200),
      ("https://panel.example", 200), ("http://evil.example", 403), ("null", 403),
      ("http://localhost:4001", 403), ("http://localhost", 403),
      ("https://panel.example.evil", 403),
    ])
  func origins(_ origin: String, _ expected: Int) {
    let policy = OriginPolicy(allowedOrigins: ["https://panel.example"])
    let response = status("Host: localhost:4000\r\nOrigin: \(origin)", policy: policy)
    #expect(response?.status == expected)
    let isForeign = origin == "https://panel.example"
    #expect(response?.field("Access-Control-Allow-Origin") == (isForeign ? origin : nil))
    #expect(response?.field("Vary") == (isForeign ? "Origin" : nil))
  }

  @Test("Elsewhere another origin's page is answered, but may not read the answer")
  func elsewhere() {
    let response = status(
      "Host: node.example\r\nOrigin: http://evil.example", listener: "192.0.2.1:4000")
    #expect(response?.status == 200)
    #expect(response?.field("Access-Control-Allow-Origin") == nil)
  }

  @Test("A preflight is answered where origins are allowed, and to these alone")
  func preflight() {
    let asks =
      "Host: localhost\r\nOrigin: https://panel.example\r\n"
      + "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization"
    let allowed = status(
      asks, policy: OriginPolicy(allowedOrigins: ["*"]), method: "OPTIONS")
    #expect(allowed?.status == 204)
    #expect(allowed?.field("Access-Control-Allow-Origin") == "https://panel.example")
    #expect(allowed?.field("Access-Control-Allow-Headers") == "authorization")
    #expect(allowed?.field("Access-Control-Allow-Methods")?.contains("DELETE") == true)
    #expect(status(asks, method: "OPTIONS")?.status == 403)
  }
}
