import OrienModel
import OrienNode
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienAPI

@Suite("API: how machines are reached and found")
struct PortRouteTests {
  let engine = MachineEngine()

  @Test("Each port is told of, those in use with their machines")
  func ports() throws {
    try Site.with { site in
      site.rent(engine) { ($0.firstPort, $0.endPort) = (30800, 30802) }
      let service = try #require(site.api.machines)
      #expect(try site.ask("GET", "/api/v1/provider/ports").status == 503)
      service.ownAddresses = [NetworkAddress("127.0.0.1:7466")!]
      service.beginReaching()
      try site.world.wait { service.checks?.report.checkedAt != nil }
      let made = try site.ask(
        "POST", "/api/v1/vms", #"{"name":"web"}"#, ["Content-Type": "application/json"])
      let found = try site.ask("GET", "/api/v1/provider/ports")
      #expect(found["range"]?.array?.compactMap(\.int64) == [30800, 30802])
      #expect(found["status"]?.string == "ok")
      #expect(found["in_use"]?.int64 == 1 && found["usable_free"]?.int64 == 1)
      let ports = try #require(found["ports"]?.array)
      #expect(ports.map { $0["status"]?.string } == ["unknown", "unknown"])
      #expect(ports.map { $0["vm_id"]?.string } == [made["id"]?.string, nil])
      let own = try #require(found["provider"]?.array?.first)
      #expect(own["port"]?.int64 == 7466 && own["host"]?.string == "127.0.0.1")
      #expect(own["external"]?["status"]?.string == "not_verified")
      #expect(try site.ask("POST", "/api/v1/provider/ports").status == 202)
      service.checks?.close()
    }
  }

  @Test("What is told of ports and adverts is the operator's, also in the summary")
  func operators() throws {
    let keys = [
      Access.Key(owner: Owner("operator"), isOperator: true, secret: "operators-secret-key"),
      Access.Key(owner: Owner("alice"), isOperator: false, secret: "alices-secret-key"),
    ]
    try Site.with(keys: keys) { site in
      site.rent(engine) { ($0.firstPort, $0.endPort) = (30810, 30812) }
      site.api.machines?.beginReaching()
      let by = { (secret: String) in ["Authorization": "Bearer \(secret)"] }
      let alice = by("alices-secret-key")
      #expect(try site.ask("GET", "/api/v1/provider/ports", nil, alice).status == 403)
      #expect(try site.ask("POST", "/api/v1/provider/ports", nil, alice).status == 403)
      let hers = try site.ask("GET", "/api/v1/summary", nil, alice)
      #expect(hers["status"]?.string == "running")
      #expect(hers["ports"] == nil && hers["advert"] == nil)
      let summary = try site.ask("GET", "/api/v1/summary", nil, by("operators-secret-key"))
      #expect(summary["ports"]?["in_use"]?.int64 == 0)
      #expect(summary["advert"]?["status"]?.string == "off")
      site.api.machines?.checks?.close()
    }
  }
}
