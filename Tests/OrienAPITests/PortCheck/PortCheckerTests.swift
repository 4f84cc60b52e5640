import OrienModel
import OrienNode
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienAPI
@testable import OrienHTTP

@Suite("The port checker: whom it looks at, and what it says", .timeLimit(.minutes(2)))
final class PortCheckerTests {
  private let loop: Loop
  private let service: HTTPService
  private let listener: Listener
  private var port: UInt16 { listener.address.port }

  convenience init() throws { try self.init(allowing: []) }

  init(
    allowing allowed: [String], relaying relay: ProviderRelay.Settings? = nil,
    _ change: (inout PortChecker.Limits) -> Void = { _ in }
  ) throws {
    loop = try Loop()
    var limits = PortChecker.Limits()
    limits.probe.pause = .milliseconds(1)
    change(&limits)
    let targets = PortCheckTargets(allowed.compactMap { NetworkRange($0) })
    let checker = PortChecker(
      on: loop, limits, targets: targets, behind: TrustedProxies([NetworkRange("127.0.0.1")!]),
      relay: relay.map { [loop] in
        Relay(ProviderRelay($0, on: loop), token: "token", targets: targets)
      })
    service = HTTPService(
      handler: checker, limits: HTTPLimits(), origins: OriginPolicy(), errorBody: Problem.content)
    listener = try Listener(on: NetworkAddress(host: [127, 0, 0, 1], port: 0))
  }

  private func begin(
    _ body: String, from caller: String? = nil, method: String = "POST",
    path: String = "/check-ports", token: String? = nil
  ) -> Line {
    let line = Line(service, listener: "127.0.0.1:9000", loop: loop)
    let forwarded =
      (caller.map { "X-Forwarded-For: \($0)\r\n" } ?? "")
      + (token.map { "X-Proxy-Token: \($0)\r\n" } ?? "")
    line.send(
      Array(
        ("\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(forwarded)"
          + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)").utf8))
    return line
  }

  private func answer(on line: Line) throws -> Answer {
    var answer: Answer?
    #expect(
      loop.drive {
        answer = Answer(line.output)
        return answer?.isWhole == true
      })
    return try #require(answer)
  }

  private func ask(_ body: String, from caller: String? = nil) throws -> Answer {
    try answer(on: begin(body, from: caller))
  }

  private func question(_ host: String, _ ports: [UInt16]) -> String {
    let list = ports.map { "\($0)" }.joined(separator: ",")
    return #"{"provider_ip":"\#(host)","ports":[\#(list)]}"#
  }

  @Test("It answers in the protocol's words")
  func words() throws {
    let free = try Listener(on: NetworkAddress(host: [127, 0, 0, 1], port: 0)).address.port
    let answer = try ask(question("127.0.0.1", [port, free]))
    #expect(answer.status == 200)
    let results = [
      #""\#(port)":{"accessible":true,"error":null}"#,
      #""\#(free)":{"accessible":false,"error":"Connection refused"}"#,
    ]
    let sorted = port < free ? results : results.reversed()
    #expect(
      answer.text == #"{"success":true,"results":{\#(sorted.joined(separator: ","))},"#
        + #""message":"Successfully verified 1 out of 2 ports"}"#)
  }

  @Test("Success is one that is reached; none, and none asked for, is none")
  func success() throws {
    let free = try Listener(on: NetworkAddress(host: [127, 0, 0, 1], port: 0)).address.port
    #expect(try ask(question("127.0.0.1", [free]))["success"]?.bool == false)
    let empty = try ask(question("127.0.0.1", []))
    #expect(empty["message"]?.string == "Successfully verified 0 out of 0 ports")
  }

  @Test("Its health is asked for without a key")
  func health() throws {
    let answer = try answer(on: begin("", method: "GET", path: "/health"))
    #expect(answer.status == 200 && answer.text == #"{"status":"ok"}"#)
    #expect(try self.answer(on: begin("", method: "GET")).status == 405)
    #expect(try self.answer(on: begin("", method: "GET", path: "/metrics")).status == 404)
  }

  @Test("Another's address is not looked at, and who asks hears which is its own")
  func others() throws {
    let answer = try ask(question("127.0.0.1", [port]), from: "198.18.0.7")
    #expect(answer.status == 403 && answer["code"]?.string == "not-your-address")
    #expect(answer["detail"]?.string?.contains("198.18.0.7") == true)
    #expect(try ask(question("127.0.0.2", [port])).status == 403)
  }

  @Test("Networks that are allowed are, but never what is inside to who is outside")
  func allowed() throws {
    let test = try PortCheckerTests(allowing: ["0.0.0.0/0"])
    #expect(try test.ask(test.question("127.0.0.1", [test.port])).status == 200)
    // What stands on this loopback is reached by who is there, and by nobody else.
    for caller in ["8.8.8.8", "10.0.0.1"] {
      let answer = try test.ask(test.question("127.0.0.1", [test.port]), from: caller)
      #expect(answer.status == 403 && answer["code"]?.string == "not-public")
    }
    for inside in ["10.0.0.1", "192.168.1.1", "169.254.169.254", "::ffff:10.0.0.1"] {
      let answer = try test.ask(test.question(inside, [80]), from: "8.8.8.8")
      #expect(answer.status == 403, "\(inside)")
    }
  }

  @Test(
    "What is wrong in a question is named, and nothing is asked",
    arguments: [
      (#"{"ports":[1]}"#, "provider_ip"),
      (#"{"provider_ip":"example.org","ports":[1]}"#, "numeric"),
      (#"{"provider_ip":"127.0.0.1"}"#, "ports"),
      (#"{"provider_ip":"127.0.0.1","ports":1}"#, "list"),
      (#"{"provider_ip":"127.0.0.1","ports":[0]}"#, "1 to 65535"),
      (#"{"provider_ip":"127.0.0.1","ports":[65536]}"#, "1 to 65535"),
      (#"{"provider_ip":"127.0.0.1","ports":["22"]}"#, "1 to 65535"), ("[]", "dictionary"),
      ("{", "JSON"),
    ])
  func faults(_ body: String, _ word: String) throws {
    let answer = try ask(body)
    #expect(answer.status == 422 && answer.text.contains(word), "\(answer.text)")
  }

  @Test("Ports, bodies, questions in a minute and at once have their bounds")
  func bounds() throws {
    let test = try PortCheckerTests(allowing: []) {
      $0.portsPerRequest = 2
      $0.bodyBytes = 100
      $0.requestsPerMinute = 4
    }
    #expect(try test.ask(test.question("127.0.0.1", [1, 2, 3])).status == 422)
    #expect(try test.ask(String(repeating: " ", count: 101)).status == 413)
    let first = test.begin(test.question("127.0.0.1", [test.port]))
    let second = test.begin(test.question("127.0.0.1", [test.port]))
    #expect(try test.answer(on: second)["code"]?.string == "check-under-way")
    #expect(try test.answer(on: first).status == 200)
    let fifth = try test.ask(test.question("127.0.0.1", [test.port]))
    #expect(fifth.status == 429 && fifth[field: "retry-after"] != nil)
    #expect(try test.ask(test.question("8.8.8.8", [1]), from: "8.8.4.4").status == 403)
  }

  @Test("Beyond what is asked at one time nobody else is let in, until that is over")
  func busy() throws {
    let test = try PortCheckerTests(allowing: ["127.0.0.0/8"]) { $0.ports = 1 }
    let first = test.begin(test.question("127.0.0.1", [test.port]))
    let second = try test.ask(test.question("127.0.0.1", [test.port]), from: "127.0.0.9")
    #expect(second.status == 503 && second["code"]?.string == "busy")
    #expect(try test.answer(on: first).status == 200)
    #expect(try test.ask(test.question("127.0.0.1", [test.port])).status == 200)
  }

  @Test("Who is passed on to somebody that says nothing hears so in time")
  func late() throws {
    let silent = try Listener(on: NetworkAddress(host: [127, 0, 0, 1], port: 0))
    var settings = ProviderRelay.Settings(discovery: "http://\(silent.address)")
    settings.patience = .milliseconds(50)
    let test = try PortCheckerTests(allowing: [], relaying: settings)
    let answer = try test.answer(
      on: test.begin("", method: "GET", path: "/proxy/provider/one/", token: "token"))
    #expect(answer.status == 504 && answer["code"]?.string == "no-answer")
  }

  @Test("Who goes away is asked for no more")
  func gone() throws {
    let test = try PortCheckerTests(allowing: []) { $0.probe.pause = .seconds(3600) }
    let free = try Listener(on: NetworkAddress(host: [127, 0, 0, 1], port: 0)).address.port
    let line = test.begin(test.question("127.0.0.1", [free]))
    line.reset()
    #expect(try test.ask(test.question("127.0.0.1", [test.port])).status == 200)
  }
}
