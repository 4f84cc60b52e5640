import OrienLedger
import OrienModel
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienAPI
@testable import OrienNode

@Suite("API: collections of what streams have paid, and what the chain says of them")
struct CollectionRouteTests {
  private let tenant = "0x00000000000000000000000000000000000000e1"
  private let json = ["Content-Type": "application/json"]

  /// A site that collects on a chain, where one stream pays for `web`.
  private func with(
    keys: [Access.Key] = [],
    _ body: (Site, SimulatedChain, StreamClaim, Collections) throws -> Void
  ) throws {
    try Site.with(keys: keys) { site in
      let chain = SimulatedChain()
      let engine = PaymentEngine(chain)
      chain.give(engine.recipient, gas: SimulatedChain.plenty)
      let loop = site.world.loop
      let host = SimulatedPayments(engine, loop)
      let collections = Collections(
        Collections.Parts(
          loop: loop, ledger: site.world.ledger, log: Log(level: .error, format: .text),
          host: host, terms: AgreedTerms(of: host, on: loop)), Collections.Settings())
      collections.begin()
      try site.world.wait { collections.isIdle }
      site.api.collections = collections
      let id = try chain.act(
        .createStream(recipient: engine.recipient, deposit: 10_000_000_000, rate: 1_000_000),
        by: tenant)
      let claim = StreamClaim(
        stream: engine.terms.name(of: id.description), holder: .machine("web"), sender: tenant,
        rate: 1_000_000, claimedAt: .now)
      _ = try loop.answer { site.world.ledger.begin(claim, then: loop.reply($0)) }
      chain.mine(after: 3600)
      collections.note(try engine.inspect([claim.stream.id]).get(), of: [claim])
      try body(site, chain, claim, collections)
      collections.end()
    }
  }

  private func pass(_ site: Site, _ chain: SimulatedChain, _ collections: Collections) throws {
    for _ in 0..<3 {
      chain.mine()
      collections.look()
      try site.world.wait { collections.isIdle }
    }
  }

  @Test("What the operator asks for is begun, listed, and counted once it is certain")
  func collected() throws {
    try with { site, chain, claim, collections in
      let schema = Schema(document: try site.ask("GET", "/openapi.json").json)
      let begun = try site.ask(
        "POST", "/api/v1/payments/collections", #"{"vm_id":"web"}"#, json)
      #expect(begun.status == 202)
      #expect(schema.faults(of: begun.json, "CollectionResults") == [])
      let first = try #require(begun["results"]?.array?.first)
      #expect(first["vm_id"]?.string == "web")
      #expect(first["collection"]?["state"]?.string == "sent")
      let again = try site.ask("POST", "/api/v1/payments/collections", #"{"all":true}"#, json)
      #expect(again.status == 200)
      #expect(again["results"]?.array?.first?["reason"]?.string == "under-way")
      try pass(site, chain, collections)
      let list = try site.ask("GET", "/api/v1/payments/collections?stream=\(claim.stream.id)")
      #expect(schema.faults(of: list.json, "Collections") == [])
      let one = try #require(list["collections"]?.array?.first)
      #expect(one["state"]?.string == "confirmed")
      #expect(one["amount"]?.string == one["amount_wei"]?.int64.map { "\($0)" })
      #expect(one["amount"]?.string != "0")
      let others = try site.ask("GET", "/api/v1/payments/collections?stream=77")
      #expect(others["collections"]?.array?.isEmpty == true)
      let metrics = try site.ask("GET", "/metrics").text
      #expect(metrics.contains(#"orien_collections_ended_total{state="confirmed"} 1"#))
      #expect(metrics.contains("orien_collected_wei_total \(one["amount"]?.string ?? "")"))
    }
  }

  @Test("The chain and the ledger agree, and where they do not it is told by how much")
  func reconciled() throws {
    try with { site, chain, claim, collections in
      let schema = Schema(document: try site.ask("GET", "/openapi.json").json)
      _ = try site.ask("POST", "/api/v1/payments/collections", #"{"all":true}"#, json)
      try pass(site, chain, collections)
      let whole = try site.ask("GET", "/api/v1/payments/reconciliation")
      #expect(schema.faults(of: whole.json, "Reconciliation") == [])
      #expect(whole["agrees"]?.bool == true)
      let stream = try #require(whole["streams"]?.array?.first)
      #expect(stream["difference"]?.string == "0")
      #expect(stream["chain"]?["withdrawn"]?.string == stream["ledger"]?["collected"]?.string)
      #expect(stream["ledger"]?["collections"]?.int64 == 1)
      // Somebody who has the same account collects behind the node's back.
      let id = try #require(UInt256(decimal: claim.stream.id))
      let before = try #require(chain.stream(id)).withdrawn
      chain.mine(after: 100)
      try chain.act(.withdraw(id), by: PaymentEngine(chain).recipient)
      for _ in 0..<3 { chain.mine() }
      let more = try #require(chain.stream(id)?.withdrawn.minus(before))
      let apart = try site.ask("GET", "/api/v1/payments/reconciliation")
      #expect(apart["agrees"]?.bool == false)
      #expect(apart["streams"]?.array?.first?["difference"]?.string == more.description)
      #expect(apart["streams"]?.array?.first?["cause"]?.string == nil)
    }
  }

  @Test("What a stream pays when it is ended is no difference that anybody has to look for")
  func ended() throws {
    try with { site, chain, claim, _ in
      let id = try #require(UInt256(decimal: claim.stream.id))
      try chain.act(.terminate(id), by: tenant)
      for _ in 0..<3 { chain.mine() }
      let found = try site.ask("GET", "/api/v1/payments/reconciliation")
      #expect(found["agrees"]?.bool == true)
      #expect(found["streams"]?.array?.first?["cause"]?.string == "paid-at-end")
    }
  }

  @Test(
    "Each fault of a request is named",
    arguments: [
      (#"{}"#, 422), (#"{"vm_id":7}"#, 422), (#"{"vm_id":""}"#, 422), (#"{"all":false}"#, 422),
      (#"{"vm_id":"web","all":true}"#, 422), ("[]", 422), ("{", 422),
      (#"{"vm_id":"nobody"}"#, 404),
    ])
  func faults(body: String, status: Int) throws {
    try with { site, _, _, _ in
      let answer = try site.ask("POST", "/api/v1/payments/collections", body, json)
      #expect(answer.status == status, "\(answer.text)")
      #expect(try site.ask("GET", "/api/v1/payments/collections?stream=x").status == 400)
      #expect(try site.ask("GET", "/api/v1/payments/collections?limit=0").status == 400)
    }
  }

  @Test("All of it is the operator's, and a node without payments says that it has none")
  func operators() throws {
    let keys = [
      Access.Key(owner: Owner("operator"), isOperator: true, secret: "operators-secret-key"),
      Access.Key(owner: Owner("alice"), isOperator: false, secret: "alices-secret-key"),
    ]
    try with(keys: keys) { site, _, _, _ in
      let alice = ["Authorization": "Bearer alices-secret-key"]
      let list = "/api/v1/payments/collections"
      #expect(try site.ask("GET", list, nil, alice).status == 403)
      #expect(try site.ask("POST", list, #"{"all":true}"#, alice).status == 403)
      #expect(try site.ask("GET", "/api/v1/payments/reconciliation", nil, alice).status == 403)
      site.api.collections = nil
      let operators = ["Authorization": "Bearer operators-secret-key"]
      let none = try site.ask("GET", list, nil, operators)
      #expect(none.status == 400 && none["code"]?.string == "payments-disabled")
    }
  }
}
