import OrienModel
import OrienNode
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienAPI

@Suite("API: machines")
struct MachineRouteTests {
  let engine = MachineEngine()
  private static let json = ["Content-Type": "application/json"]

  private static let keys = [
    Access.Key(owner: Owner("operator"), isOperator: true, secret: "operators-secret-key"),
    Access.Key(owner: Owner("alice"), isOperator: false, secret: "alices-secret-key"),
    Access.Key(owner: Owner("bob"), isOperator: false, secret: "bobs-secret-key"),
  ]
  private static func by(_ secret: String) -> [String: String] {
    ["Authorization": "Bearer \(secret)"].merging(json) { $1 }
  }
  private static let alice = by("alices-secret-key")
  private static let bob = by("bobs-secret-key")
  private static let operators = by("operators-secret-key")

  private func site(
    keys: [Access.Key] = [], _ change: (inout MachineSettings) -> Void = { _ in },
    _ body: (Site) throws -> Void
  ) throws {
    try Site.with(keys: keys) { site in
      site.rent(engine, change)
      try body(site)
    }
  }

  @Test("A machine's whole life over the interface")
  func life() throws {
    try site { site in
      let made = try site.ask(
        "POST", "/api/v1/vms", #"{"name":"web","size":"medium"}"#, Self.json)
      #expect(made.status == 200)
      #expect(made["status"]?.string == "running")
      #expect(made["resources"]?["memory"]?.int64 == 4)
      #expect(made["cpu_cores"]?.int64 == 2)
      #expect(made["ssh_port"]?.int64 == 50800)
      #expect(made["proxy_port"]?.int64 == 50800)
      #expect(made["proxy_host"]?.string == "203.0.113.7")
      let id = try #require(made["id"]?.string)
      #expect(try site.ask("GET", "/api/v1/vms").json.array?.count == 1)
      #expect(try site.ask("GET", "/api/v1/vms/\(id)")["name"]?.string == "web")
      #expect(try site.ask("POST", "/api/v1/vms/web/stop")["status"]?.string == "stopped")
      #expect(try site.ask("POST", "/api/v1/vms/web/start")["status"]?.string == "running")
      let gone = try site.ask("DELETE", "/api/v1/vms/web")
      #expect(gone.status == 200)
      #expect(gone.text == "null")
      #expect(try site.ask("GET", "/api/v1/vms/web").status == 404)
      #expect(engine.isEmpty)
    }
  }

  @Test("Whoever does not wait has a job, which tells how it went, also when it is over")
  func jobs() throws {
    try site { site in
      let begun = try site.ask("POST", "/api/v1/vms?async=true", #"{"name":"web"}"#, Self.json)
      #expect(begun.status == 202)
      #expect(begun["vm_id"]?.string == "web")
      #expect(begun["status"]?.string == "creating")
      let path = "/api/v1/vms/jobs/" + (begun["job_id"]?.string ?? "")
      try site.world.wait { (try? site.ask("GET", path))?["status"]?.string == "ready" }
      engine.faults["launch"] = [.refused(Failure(.unavailable, "broken", "no such luck"))]
      let second = try site.ask("POST", "/api/v1/vms?async=1", #"{"name":"db2"}"#, Self.json)
      let other = "/api/v1/vms/jobs/" + (second["job_id"]?.string ?? "")
      try site.world.wait { (try? site.ask("GET", other))?["status"]?.string == "failed" }
      #expect(try site.ask("GET", other)["error"]?.string == "no such luck")
      #expect(try site.ask("GET", "/api/v1/vms/jobs/none").status == 404)
    }
  }

  @Test("D-B1-2: what there is no room for is refused as such, and is no fault of the node's")
  func noRoom() throws {
    try site({ $0.mostMachines = 8 }) { site in
      let answer = try site.ask(
        "POST", "/api/v1/vms", #"{"name":"web","cpu_cores":16}"#, Self.json)
      #expect(answer.status == 503)
      #expect(answer["detail"]?.string?.contains("8 processors") == true)
      #expect(answer[field: "retry-after"] != nil)
    }
  }

  @Test("D-B1-3: how to log in to what is not there is 404, and to what has no port yet 202")
  func accessCodes() throws {
    try site { site in
      #expect(try site.ask("GET", "/api/v1/vms/none/access").status == 404)
      engine.faults["late"] = [.late(comesUp: false)]
      _ = try site.ask("POST", "/api/v1/vms?async=true", #"{"name":"web"}"#, Self.json)
      let early = try site.ask("GET", "/api/v1/vms/web/access")
      #expect(early.status == 202)
      #expect(early["ssh_port"] == .null)
    }
  }

  @Test("A key that the node has made is handed out once, to whose the machine is alone")
  func keyOnce() throws {
    try site(keys: Self.keys) { site in
      _ = try site.ask("POST", "/api/v1/vms", #"{"name":"web"}"#, Self.alice)
      let path = "/api/v1/vms/web/access"
      #expect(try site.ask("GET", path, nil, Self.bob).status == 404)
      #expect(try site.ask("GET", path, nil, Self.operators).status == 403)
      let first = try site.ask("GET", path, nil, Self.alice)
      #expect(first["ssh_host"]?.string == "203.0.113.7")
      #expect(first["ssh_port"]?.int64 == 50800)
      let key = try #require(first["ssh_key"]?["private_key"]?.string)
      #expect(key.hasPrefix("-----BEGIN OPENSSH PRIVATE KEY-----\n"))
      let second = try site.ask("GET", path, nil, Self.alice)
      #expect(second["ssh_key"]?["private_key"] == nil)
      #expect(second["ssh_key"]?["handed_out_at"]?.string != nil)
      #expect(second["ssh_key"]?["public_key"] == first["ssh_key"]?["public_key"])
    }
  }

  @Test("Another's machines are as if they were not there, and the operator sees all")
  func owners() throws {
    try site(keys: Self.keys) { site in
      _ = try site.ask("POST", "/api/v1/vms", #"{"name":"web"}"#, Self.alice)
      #expect(try site.ask("GET", "/api/v1/vms", nil, Self.bob).json.array?.isEmpty == true)
      for (method, path) in [
        ("GET", "/api/v1/vms/web"), ("POST", "/api/v1/vms/web/stop"), ("DELETE", "/api/v1/vms/web"),
      ] {
        #expect(try site.ask(method, path, nil, Self.bob).status == 404)
      }
      #expect(try site.ask("GET", "/api/v1/vms", nil, Self.operators).json.array?.count == 1)
      #expect(try site.ask("GET", "/api/v1/vms", nil).status == 401)
      #expect(try site.ask("DELETE", "/api/v1/vms/web", nil, Self.operators).status == 200)
    }
  }

  @Test("Where access is open whoever comes from there rents without a key, and nobody else")
  func open() throws {
    let here = try #require(NetworkRange("127.0.0.0/8"))
    try site(
      keys: Self.keys,
      {
        $0.access = .open
        $0.openTo = [here]
      }
    ) { site in
      let made = try site.ask("POST", "/api/v1/vms", #"{"name":"web"}"#, Self.json)
      #expect(made.status == 200)
      #expect(try site.ask("GET", "/api/v1/vms/web/access").status == 200)
      #expect(try site.ask("GET", "/tools").status == 401)
      #expect(try site.ask("POST", "/api/v1/admin/shutdown").status == 403)
    }
    try site(keys: Self.keys, { $0.access = .open }) { (site: Site) throws in
      #expect(try site.ask("POST", "/api/v1/vms", #"{"name":"web"}"#, Self.json).status == 401)
    }
  }

  @Test("The list asks no backend")
  func list() throws {
    try site({ $0.mostMachines = 100 }) { site in
      for number in 0..<100 {
        _ = try site.ask("POST", "/api/v1/vms", #"{"name":"vm-\#(number)"}"#, Self.json)
      }
      let asked = engine.asked.count
      #expect(try site.ask("GET", "/api/v1/vms").json.array?.count == 100)
      #expect(engine.asked.count == asked)
      #expect(
        try site.ask("POST", "/api/v1/vms", #"{"name":"more"}"#, Self.json)["detail"]?.string?
          .contains("MAX_VMS") == true)
    }
  }

  @Test("A VM that is not there is deleted in the dialect that has it so, and 404 in this one")
  func deleteUnknown() throws {
    try site { site in
      #expect(try site.ask("DELETE", "/api/v1/vms/none").status == 404)
      let golem = try site.ask("DELETE", "/api/v1/vms/none?compat=golem")
      #expect(golem.status == 200 && golem.text == "null")
      #expect(try site.ask("DELETE", "/api/v1/vms/none?compat=other").status == 400)
    }
  }

  @Test("X-B1-2: what is stopped is started over the interface")
  func started() throws {
    try site { site in
      _ = try site.ask("POST", "/api/v1/vms", #"{"name":"web"}"#, Self.json)
      _ = try site.ask("POST", "/api/v1/vms/web/stop")
      #expect(engine.machines.values.first?.state == .stopped)
      #expect(try site.ask("POST", "/api/v1/vms/web/start")["status"]?.string == "running")
      #expect(engine.machines.values.first?.state == .running)
    }
  }

  @Test("X-B1-3: who wants to add a key later is told how, and not that there is no such route")
  func laterKeys() throws {
    try site { site in
      _ = try site.ask("POST", "/api/v1/vms", #"{"name":"web"}"#, Self.json)
      let answer = try site.ask(
        "POST", "/api/v1/vms/web/ssh-keys", #"{"key":"ssh-rsa AAAA","name":"mine"}"#, Self.json)
      #expect(answer.status == 409)
      #expect(answer["code"]?.string == "keys-are-given")
      #expect(try site.ask("POST", "/api/v1/vms/none/ssh-keys", "{}", Self.json).status == 404)
    }
  }

  @Test("What is busy is told so")
  func busy() throws {
    try site { site in
      engine.faults["late"] = [.late(comesUp: false)]
      _ = try site.ask("POST", "/api/v1/vms?async=true", #"{"name":"web"}"#, Self.json)
      #expect(try site.ask("POST", "/api/v1/vms/web/stop").status == 409)
      #expect(
        try site.ask("POST", "/api/v1/vms", #"{"name":"web"}"#, Self.json).status == 409)
    }
  }

  @Test("What machines cost is told to whoever asks, and to who measures")
  func prices() throws {
    try site({ $0.glm.core = Money(units: 1) }) { site in
      let pricing = try site.ask("GET", "/api/v1/provider/info")["pricing"]
      #expect(pricing?["usd_per_gb_ram_month"]?.double == 2)
      #expect(pricing?["glm_per_core_month"]?.double == 0.00000001)
      #expect(pricing?["source"]?.string == "settings")
      #expect(pricing?["known"]?.bool == true)
      #expect(pricing?["updated_at"]?.isNull == true)
      #expect(pricing?["usd_per_glm"] == nil)
      let lines = try site.ask("GET", "/metrics").text.split(separator: "\n")
      #expect(lines.contains(#"orien_price_month{currency="usd",part="disk_gb"} 0.1"#))
      #expect(lines.contains(#"orien_price_month{currency="glm",part="core"} 0.00000001"#))
      #expect(lines.contains("orien_price_failures_total 0"))
    }
  }

  @Test("The summary and the provider's word have what both dialects look for")
  func summary() throws {
    try site({ $0.mostMachines = 8 }) { site in
      _ = try site.ask("POST", "/api/v1/vms", #"{"name":"web"}"#, Self.json)
      let summary = try site.ask("GET", "/api/v1/summary")
      #expect(summary["resources"]?["total"]?["cpu"]?.int64 == 8)
      #expect(summary["resources"]?["available"]?["cpu"]?.int64 == 7)
      #expect(summary["pricing"]?["usd_per_core_month"]?.double == 5)
      #expect(summary["vms"]?.array?.first?["ssh_port"]?.int64 == 50800)
      let info = try site.ask("GET", "/api/v1/provider/info")
      #expect(info["provider_id"]?.string == "provider-1")
      #expect(info["ip_address"]?.string == "203.0.113.7")
      #expect(try site.ask("GET", "/api/v1/vms/web/stream").status == 400)
      #expect(try site.ask("GET", "/api/v1/payments/streams").status == 400)
      #expect(try site.ask("GET", "/api/v1/docs").status == 200)
    }
  }

  @Test("A node that rents no machines says so")
  func none() throws {
    try Site.with { site in
      let answer = try site.ask("GET", "/api/v1/vms")
      #expect(answer.status == 503)
      #expect(answer["code"]?.string == "no-machines")
    }
  }
}
