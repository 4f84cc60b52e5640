import OrienKernel
import OrienModel
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienAPI
@testable import OrienHTTP

/// A whole node behind its interface, asked over lines without sockets.
final class Site {
  let world: World
  let api: API
  let service: HTTPService

  init(_ world: World, keys: [Access.Key]) {
    self.world = world
    api = API(
      kernel: world.kernel, workspaces: world.workspaces, loop: world.loop,
      access: Access(keys: keys),
      identity: API.Identity(id: "provider-1", name: "Test", version: "1.2.3"))
    service = HTTPService(
      handler: api, limits: HTTPLimits(), origins: OriginPolicy(), errorBody: Problem.content)
  }

  /// Makes a site whose tools are echo and the fixture of many, and closes it whatever becomes of
  /// the test.
  static func with(
    keys: [Access.Key] = [], _ change: (inout World.Settings) -> Void = { _ in },
    _ body: (Site) throws -> Void
  ) throws {
    var settings = World.Settings(
      .built("echo"),
      try .fixture("tools", ["CONCURRENCY=0"], manifest: #"{"price":{"perCall":3}}"#))
    change(&settings)
    let world = try World(settings)
    let site = Site(world, keys: keys)
    let result = Result { try body(site) }
    site.service.closeAll()
    try world.close()
    #expect(site.api.openStreams == 0)
    #expect(site.service.counts.forgotten == 0)
    try result.get()
  }

  func open(listener: String = "127.0.0.1:4000") -> Line {
    Line(service, listener: listener, loop: world.loop)
  }

  /// Sends a request on a line of its own.
  @discardableResult
  func start(
    _ method: String, _ target: String, _ body: [UInt8]? = nil,
    _ fields: [String: String] = [:], listener: String = "127.0.0.1:4000", on line: Line? = nil
  ) -> Line {
    var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    for (name, value) in fields { head += "\(name): \(value)\r\n" }
    if let body { head += "Content-Length: \(body.count)\r\n" }
    let line = line ?? open(listener: listener)
    line.send(Array((head + "\r\n").utf8) + (body ?? []))
    return line
  }

  /// Asks and waits for the whole answer.
  func ask(
    _ method: String, _ target: String, _ body: String? = nil, _ fields: [String: String] = [:],
    listener: String = "127.0.0.1:4000"
  ) throws -> Answer {
    let answer = try answer(
      on: start(method, target, body.map { Array($0.utf8) }, fields, listener: listener))
    expectDocumented(answer, method, target)
    return answer
  }

  /// Whatever a route answers, the document says that it may.
  private func expectDocumented(_ answer: Answer, _ method: String, _ target: String) {
    let path = target.prefix { $0 != "?" }.split(separator: "/", omittingEmptySubsequences: false)
    let endpoint = Endpoint.all.first { endpoint in
      let parts = endpoint.template.split(separator: "/", omittingEmptySubsequences: false)
      return endpoint.method.name == method
        && (parts.count == path.count || parts.last?.hasSuffix("...}") == true)
        && zip(parts, path).allSatisfy { part, word in part.first == "{" || part == word }
    }
    guard let endpoint else { return }
    let documented = endpoint.answers.map { Int($0.status.rawValue) }
    #expect(documented.contains(answer.status), "\(method) \(target): \(answer.text)")
  }

  func answer(on line: Line) throws -> Answer {
    var answer: Answer?
    try world.wait {
      answer = Answer(line.output)
      return answer?.isWhole == true || line.isClosed
    }
    return try #require(answer)
  }

  /// Submits by the interface, and gives back the id.
  func submit(_ tool: String, _ arguments: String = "{}") throws -> String {
    let body = #"{"sessionId":"s1","toolId":"\#(tool)","args":\#(arguments)}"#
    return try #require(ask("POST", "/execute", body)["executionId"]?.string)
  }

  /// Waits until the node has so much of an execution's standard output.
  func waitForOutput(_ count: Int, of id: String) throws {
    let id = try #require(ExecutionID(id))
    try world.wait { (try? world.report(id, owner: .operator))?.output.bytes == count }
  }

  /// Runs a tool to its end, and gives back the id.
  func run(_ tool: String, _ arguments: String = "{}") throws -> String {
    let id = try submit(tool, arguments)
    _ = try world.end(of: #require(ExecutionID(id)))
    return id
  }
}
