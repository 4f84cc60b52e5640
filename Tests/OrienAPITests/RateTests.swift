import OrienHTTP
import OrienModel
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienAPI

@Suite("API: how often one may ask")
struct RateTests {
  private static let start = Instant(nanoseconds: 1_000_000_000_000)
  private static let keys = [
    Access.Key(owner: Owner("alice"), isOperator: false, secret: "correct-horse"),
    Access.Key(owner: .operator, isOperator: true, secret: "battery"),
  ]
  private static let alice = ["Authorization": "Bearer correct-horse"]
  private static let operators = ["Authorization": "Bearer battery"]

  private func address(_ text: String) throws -> RateLimits.Payer {
    .address(try #require(NetworkAddress(text)))
  }

  @Test("A minute's requests may come at once, and then one for each that the time gives back")
  func minute() {
    var rates = RateLimits(perMinute: [60, 1], keys: 1)
    var now = Self.start
    for _ in 0..<60 { #expect(rates.take(.usual, .key(0), at: now) == nil) }
    let refusal = rates.take(.usual, .key(0), at: now)
    #expect(refusal?.perMinute == 60)
    #expect(refusal?.seconds == 1)
    now = now + .milliseconds(999)
    #expect(rates.take(.usual, .key(0), at: now) != nil)
    now = now + .milliseconds(1)
    #expect(rates.take(.usual, .key(0), at: now) == nil)
    #expect(rates.take(.usual, .key(0), at: now) != nil)
    now = now + .seconds(3600)
    for _ in 0..<60 { #expect(rates.take(.usual, .key(0), at: now) == nil) }
    #expect(rates.take(.usual, .key(0), at: now) != nil)
  }

  @Test("Many are counted as so many, or not at all where they are more than is left")
  func many() {
    var rates = RateLimits(perMinute: [60, nil], keys: 1)
    #expect(rates.take(.usual, .key(0), 0, at: Self.start) == nil)
    #expect(rates.take(.usual, .key(0), 31, at: Self.start) == nil)
    let refusal = rates.take(.usual, .key(0), 31, at: Self.start)
    #expect(refusal?.seconds == 2)
    #expect(rates.take(.usual, .key(0), 29, at: Self.start) == nil)
    #expect(rates.take(.usual, .key(0), at: Self.start) != nil)
  }

  @Test("Each key and each address has its own, and machines have a sixtieth of it")
  func apart() throws {
    var rates = RateLimits(perMinute: [120, 2], keys: 2)
    let payers: [RateLimits.Payer] = [
      .key(0), .key(1), try address("192.0.2.1:5"), try address("192.0.2.2:5"),
    ]
    for payer in payers {
      for _ in 0..<120 { #expect(rates.take(.usual, payer, at: Self.start) == nil) }
      #expect(rates.take(.usual, payer, at: Self.start) != nil)
      for _ in 0..<2 { #expect(rates.take(.costly, payer, at: Self.start) == nil) }
      #expect(rates.take(.costly, payer, at: Self.start)?.perMinute == 2)
    }
    // Another port is nobody else, nor is another address of one /64.
    #expect(rates.take(.usual, try address("192.0.2.1:6"), at: Self.start) != nil)
    for _ in 0..<120 {
      #expect(rates.take(.usual, try address("[2001:db8::1]:5"), at: Self.start) == nil)
    }
    #expect(rates.take(.usual, try address("[2001:db8::2]:5"), at: Self.start) != nil)
  }

  @Test("Strangers from everywhere take a bounded room, and share what is beyond it")
  func strangers() throws {
    var rates = RateLimits(perMinute: [1, 1], keys: 0)
    let stranger = { (number: Int) in
      try address("10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255):1")
    }
    var admitted = 0
    for number in 0..<10_000 where rates.take(.usual, try stranger(number), at: Self.start) == nil {
      admitted += 1
    }
    #expect(admitted == 8193)
    // When they have been quiet for a minute there is room again.
    let later = Self.start + .seconds(61)
    for number in 20_000..<20_100 {
      #expect(rates.take(.usual, try stranger(number), at: later) == nil)
    }
  }

  @Test("Who is counted keeps his count when the keys change, and no bound is none")
  func changes() {
    var rates = RateLimits(perMinute: [1, 1], keys: 2)
    #expect(rates.take(.usual, .key(1), at: Self.start) == nil)
    rates.change(perMinute: [1, 1], places: [nil, 1, 0])
    #expect(rates.take(.usual, .key(0), at: Self.start) == nil)
    #expect(rates.take(.usual, .key(1), at: Self.start) != nil)
    #expect(rates.take(.usual, .key(2), at: Self.start) == nil)
    rates.change(perMinute: [nil, nil], places: [0, 1, 2])
    for _ in 0..<1000 { #expect(rates.take(.usual, .key(1), at: Self.start) == nil) }
  }

  @Test("Only routes that write are counted, and machines' for themselves")
  func kinds() {
    for endpoint in Endpoint.all {
      #expect((endpoint.rate == nil) == (endpoint.method == .get), "\(endpoint.template)")
    }
    #expect(RateLimits.Kind(.post, "/api/v1/vms") == .costly)
    #expect(RateLimits.Kind(.get, "/api/v1/vms") == nil)
    #expect(RateLimits.Kind(.post, "/execute") == .usual)
  }

  @Test("Beyond it there is 429, which says when to come again, for this key alone")
  func refusal() throws {
    try Site.with(keys: Self.keys) { (site: Site) throws in
      site.api.admit(Access(keys: Self.keys), perMinute: 2)
      let delete = { (fields: [String: String]) in
        try site.ask("DELETE", "/sessions/s/workspace", nil, fields)
      }
      #expect(try delete(Self.alice).status == 200)
      #expect(try delete(Self.alice).status == 200)
      let answer = try delete(Self.alice)
      #expect(answer.status == 429)
      #expect(answer["code"]?.string == "rate-limited")
      #expect(answer[field: "retry-after"] == "30")
      #expect(answer[field: "ratelimit-limit"] == "2")
      #expect(answer[field: "ratelimit-remaining"] == "0")
      #expect(answer[field: "ratelimit-reset"] == "30")
      #expect(try delete(Self.operators).status == 200)
      #expect(try site.ask("GET", "/tools", nil, Self.alice).status == 200)
    }
  }

  @Test("Each call of a batch is counted")
  func batches() throws {
    try Site.with(keys: Self.keys) { (site: Site) throws in
      site.api.admit(Access(keys: Self.keys), perMinute: 4)
      let call = #"{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}"#
      let batch = { (count: Int) in
        let calls = Array(repeating: call, count: count).joined(separator: ",")
        return try site.ask("POST", "/rpc", "[\(calls)]", Self.alice).status
      }
      #expect(try batch(3) == 200)
      #expect(try batch(2) == 429)
      // That it was asked was counted, as it is of all that is refused later.
      #expect(try batch(1) == 429)
      #expect(try site.ask("POST", "/rpc", "[]", Self.operators).status == 200)
    }
  }

  @Test("Guesses at keys are counted by address")
  func guesses() throws {
    try Site.with(keys: Self.keys) { (site: Site) throws in
      site.api.admit(Access(keys: Self.keys), perMinute: 2)
      let wrong = ["Authorization": "Bearer wrong"]
      for expected in [401, 401, 429] {
        #expect(try site.ask("POST", "/execute", "{}", wrong).status == expected)
      }
      #expect(try site.ask("POST", "/execute", "{}", Self.alice).status == 400)
    }
  }

  @Test(
    "Behind trusted proxies the last stranger of X-Forwarded-For is counted",
    arguments: [
      ("203.0.113.9", "203.0.113.9"), ("198.51.100.7, 203.0.113.9", "203.0.113.9"),
      ("203.0.113.9, 10.1.2.3", "203.0.113.9"), ("203.0.113.9:99,10.1.2.3", "203.0.113.9"),
      ("[2001:db8::9]:99", "2001:db8::9"), ("2001:db8::9", "2001:db8::9"),
      ("10.1.2.3", "10.1.2.3"), ("203.0.113.9, unknown", "127.0.0.1"), ("", "127.0.0.1"),
    ])
  func proxies(field: String, client: String) throws {
    let trusted = TrustedProxies(
      ["127.0.0.1", "10.0.0.0/8"].compactMap { NetworkRange($0) })
    try Site.with(keys: Self.keys) { (site: Site) throws in
      site.api.admit(Access(keys: Self.keys), perMinute: 1, behind: trusted)
      let ask = { (field: String) in
        try site.ask("POST", "/execute", "{}", ["X-Forwarded-For": field]).status
      }
      #expect(try ask(client == "127.0.0.1" ? "" : client) == 401)
      #expect(try ask(field) == 429)
      #expect(try ask("192.0.2.77") == 401)
    }
  }

  @Test("Whoever is no trusted proxy speaks for himself")
  func untrusted() throws {
    try Site.with(keys: Self.keys) { (site: Site) throws in
      site.api.admit(Access(keys: Self.keys), perMinute: 1)
      let ask = { (field: String) in
        try site.ask("POST", "/execute", "{}", ["X-Forwarded-For": field]).status
      }
      #expect(try ask("192.0.2.1") == 401)
      #expect(try ask("192.0.2.2") == 429)
    }
  }
}
