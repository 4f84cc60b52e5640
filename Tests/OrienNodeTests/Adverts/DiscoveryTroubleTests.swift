import OrienModel
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienNode

@Suite("DEP-01: a discovery server that is of no use", .timeLimit(.minutes(2)))
struct DiscoveryTroubleTests {
  static let cases: [(name: String, script: Outsider.Script)] = [
    ("500", { _ in .json(500, #"{"error":"no"}"#) }),
    ("a redirect", { _ in .moved(to: "http://127.0.0.1:1/") }),
    (
      "a refusal",
      { request in
        request.method == "GET"
          ? .json(200, "{}")
          : .json(400, #"{"error":{"code":"ADV_001","message":"bad \#u{1b}[2J"}}"#)
      }
    ),
    ("too often", { _ in .json(429, #"{"code":"RATE_001","message":"slower"}"#) }),
    ("hostile JSON", { _ in .json(503, String(repeating: #"{"error":"#, count: 5000)) }),
    ("too long", { _ in .json(200, String(repeating: " ", count: 1 << 20)) }),
    ("no HTTP", { _ in .raw([0, 1, 2, 3, 255, 13, 10, 13, 10]) }),
    ("nothing", { _ in .raw([]) }),
  ]

  @Test(
    "What it answers fails the advert, with the reason; rentals go on",
    arguments: cases.indices)
  func useless(_ index: Int) throws {
    let server = try Outsider(Self.cases[index].script)
    let advertising = try Advertising(server.url) { $0.interval = .milliseconds(40) }
    advertising.adverts.look()
    try advertising.wait { advertising.adverts.standing.state == .failing }
    let trouble = try #require(advertising.adverts.standing.trouble)
    #expect(trouble.message.contains(server.url), "\(trouble)")
    #expect(trouble.message.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    #expect(trouble.message.utf8.count < 600)
    #expect(try advertising.node.rent("web").phase == .running)
    // It is told as soon as it can be.
    server.answer { _ in .json(200, "{}") }
    try advertising.wait { advertising.adverts.standing.state == .published }
    #expect(try advertising.node.delete("web").phase == .deleted)
  }

  @Test("A redirect is not followed, for the signature is for who was named")
  func redirected() throws {
    let elsewhere = try Outsider.discovery()
    let server = try Outsider { request in
      request.method == "GET" ? .json(200, "{}") : .moved(to: elsewhere.url + request.path)
    }
    let advertising = try Advertising(server.url)
    advertising.adverts.look()
    try advertising.wait { server.requests("POST").count >= 2 }
    #expect(elsewhere.requests.isEmpty)
  }

  @Test("One that is away, or whose name nobody knows, is no other case")
  func away() throws {
    let free = try LentPorts.one()
    let unknown = String(repeating: "x", count: 64) + ".example"
    for url in ["http://127.0.0.1:\(free)", "http://\(unknown)", "https://127.0.0.1:\(free)"] {
      let advertising = try Advertising(url)
      advertising.adverts.look()
      try advertising.wait { advertising.adverts.standing.state == .failing }
      #expect(try advertising.node.rent("web").phase == .running)
      try advertising.end(within: .zero)
    }
  }

  @Test("One that is slow costs its patience, and the loop nothing")
  func slow() throws {
    let server = try Outsider { _ in .silence }
    let advertising = try Advertising(server.url) { $0.patience = .seconds(3) }
    _ = advertising.node.loop.takeSlowestTurn()
    advertising.adverts.look()
    try advertising.wait { server.requests.count == 1 }
    #expect(try advertising.node.rent("web").phase == .running)
    #expect(advertising.adverts.standing.state == .waiting)
    try advertising.wait { advertising.adverts.standing.state == .failing }
    #expect(advertising.node.loop.takeSlowestTurn() < .milliseconds(150))
  }

  @Test("What is refused is not asked again before its time")
  func refused() throws {
    let server = try Outsider { request in
      request.method == "GET" ? .json(200, "{}") : .json(400, "{}")
    }
    let advertising = try Advertising(server.url) { $0.interval = .seconds(3600) }
    advertising.adverts.look()
    try advertising.wait { advertising.adverts.standing.state == .failing }
    // A change does not make it another question for a server that takes none.
    _ = try advertising.node.rent("web")
    #expect(server.requests("POST").count == 1)
  }

  @Test("What fails is tried less often each time")
  func backsOff() throws {
    let server = try Outsider { _ in .json(500, "{}") }
    let advertising = try Advertising(server.url) {
      $0.interval = .seconds(3600)
      $0.firstRetry = .milliseconds(8)
    }
    let began = Instant.now
    advertising.adverts.look()
    try advertising.wait { server.requests.count == 6 }
    // Half of 8, 16, 32, 64 and 128 at least.
    #expect(Instant.now.since(began) >= .milliseconds(124))
  }
}
