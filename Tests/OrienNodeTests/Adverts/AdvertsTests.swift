import OrienModel
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienLedger
@testable import OrienNode

@Suite("Adverts: who hears of what there is", .timeLimit(.minutes(2)))
struct AdvertsTests {
  /// The calls that were not renewals of the same.
  private func told(_ server: Outsider) -> [String] {
    var told: [String] = []
    for request in server.requests where request.path != "/health" {
      let cpu = request.json["resources"]?["cpu"]?.int64
      let word = request.method + (cpu.map { " \($0)" } ?? "")
      if told.last != word { told.append(word) }
    }
    return told
  }

  @Test("The server's health is asked for first, and then it is told, in its words")
  func words() throws {
    let server = try Outsider.discovery()
    let advertising = try Advertising(server.url + "/") { $0.interval = .seconds(3600) }
    advertising.adverts.look()
    try advertising.wait { advertising.adverts.standing.state == .published }
    #expect(server.requests.map(\.path) == ["/health", "/api/v1/advertisements"])
    let request = server.requests[1]
    #expect(request.method == "POST" && request.headers["x-provider-id"] == "provider 1")
    let text = String(decoding: request.body, as: UTF8.self)
    #expect(
      text == #"{"ip_address":"192.0.2.7","country":"SE","platform":"x86_64","#
        + #""resources":{"cpu":64,"memory":64,"storage":1000},"#
        + #""pricing":{"usd_per_core_month":5.0,"usd_per_gb_ram_month":2.0,"#
        + #""usd_per_gb_storage_month":0.1,"glm_per_core_month":0.0,"#
        + #""glm_per_gb_ram_month":0.0,"glm_per_gb_storage_month":0.00000001}}"#)
    #expect(advertising.adverts.standing.publishedAt != nil)
  }

  @Test("D-B11-1: what is sent is signed by the node's own key, and not by a word")
  func signed() throws {
    let server = try Outsider.discovery()
    let advertising = try Advertising(server.url) { $0.interval = .seconds(3600) }
    advertising.adverts.look()
    try advertising.wait { advertising.adverts.standing.state == .published }
    try advertising.end()
    for method in ["POST", "DELETE"] {
      let request = try #require(server.requests(method).first)
      let signature = try #require(request.headers["x-provider-signature"]?.hexBytes)
      #expect(request.headers["x-provider-key"]?.hexBytes == advertising.node.ledger.publicKey)
      let key = advertising.node.ledger.publicKey
      #expect(NodeKey.verify(signature, of: request.body, by: key))
      #expect(!NodeKey.verify(signature, of: request.body + [0x20], by: key))
    }
  }

  @Test("What changes is told at once, and many changes are told once")
  func changes() throws {
    let server = try Outsider.discovery()
    let advertising = try Advertising(server.url) {
      $0.interval = .seconds(3600)
      $0.gathering = .milliseconds(200)
    }
    advertising.adverts.look()
    try advertising.wait { server.requests("POST").count == 1 }
    for number in 0..<20 {
      advertising.node.rentals.rent(TestNode.order("vm-\(number)")) { _ in }
    }
    try advertising.wait { server.requests("POST").count == 2 }
    #expect(told(server) == ["POST 64", "POST 44"])
    #expect(server.requests.filter { $0.path == "/health" }.count == 1)
  }

  @Test("What does not change is told again every so often")
  func renewed() throws {
    let server = try Outsider.discovery()
    let advertising = try Advertising(server.url)
    advertising.adverts.look()
    try advertising.wait { server.requests("POST").count >= 3 }
    #expect(AdvertSettings().interval == .seconds(240))
  }

  @Test("Without room nobody hears of it any more, and again once there is some")
  func full() throws {
    let server = try Outsider.discovery()
    let advertising = try Advertising(server.url, machines: 1) { $0.interval = .seconds(3600) }
    advertising.adverts.look()
    try advertising.wait { advertising.adverts.standing.state == .published }
    _ = try advertising.node.rent("web")
    try advertising.wait { server.requests("DELETE").count == 1 }
    #expect(server.requests("DELETE")[0].path == "/api/v1/advertisements/provider%201")
    #expect(advertising.adverts.standing.state == .paused)
    #expect(advertising.adverts.standing.trouble == Advertising.full)
    _ = try advertising.node.delete("web")
    try advertising.wait { advertising.adverts.standing.state == .published }
    #expect(told(server) == ["POST 64", "DELETE", "POST 64"])
  }

  @Test("The same holds for whatever else keeps machines from being made")
  func paused() throws {
    let server = try Outsider.discovery()
    let advertising = try Advertising(server.url) { $0.interval = .seconds(3600) }
    advertising.trouble = Failure(.unavailable, "overloaded", "too much is in use")
    advertising.adverts.look()
    #expect(advertising.adverts.standing.state == .paused)
    advertising.trouble = nil
    advertising.adverts.look()
    try advertising.wait { advertising.adverts.standing.state == .published }
    advertising.trouble = Failure(.unavailable, "draining", "no new work")
    advertising.adverts.look()
    try advertising.wait { server.requests("DELETE").count == 1 }
    #expect(told(server) == ["POST 64", "DELETE"])
  }

  @Test("A server that cannot withdraw is asked a few times, and then left to forget")
  func notWithdrawn() throws {
    let server = try Outsider.discovery()
    let advertising = try Advertising(server.url) { $0.interval = .seconds(3600) }
    advertising.adverts.look()
    try advertising.wait { advertising.adverts.standing.state == .published }
    server.answer { _ in .json(500, "{}") }
    advertising.trouble = Advertising.full
    advertising.adverts.look()
    // Its health is asked for before each but the first.
    try advertising.wait { server.requests.count >= 5 }
    #expect(server.requests("DELETE").count == 1)
    try advertising.end()
    #expect(advertising.adverts.standing.state == .paused)
  }

  @Test("A node that ends withdraws its advert, and waits for no server that does not answer")
  func ended() throws {
    let server = try Outsider.discovery()
    let first = try Advertising(server.url)
    first.adverts.look()
    try first.wait { first.adverts.standing.state == .published }
    try first.end()
    #expect(server.requests.last?.method == "DELETE")
    let second = try Advertising(server.url)
    second.adverts.look()
    try second.wait { second.adverts.standing.state == .published }
    server.answer { _ in .silence }
    let began = Instant.now
    try second.end(within: .milliseconds(200))
    #expect(Instant.now.since(began) < .seconds(5))
    try second.end(within: .zero)
  }
}
