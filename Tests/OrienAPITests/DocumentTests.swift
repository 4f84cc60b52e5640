import OrienKernel
import OrienModel
import OrienSandbox
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienAPI
@testable import OrienHTTP
@testable import OrienLedger

@Suite("API: its document")
struct DocumentTests {
  private func document(_ site: Site) throws -> JSON { try site.ask("GET", "/openapi.json").json }

  @Test("The document has the router's routes, each with its methods, and no others")
  func routes() throws {
    try Site.with { site in
      let paths = try #require(document(site)["paths"]?.members)
      let documented = paths.flatMap { path in
        (path.value.members ?? []).map { $0.name.uppercased() + " " + path.name }
      }
      let routed = site.api.routes.map { $0.method + " " + $0.template.replacing("...", with: "") }
      #expect(documented.sorted() == routed.sorted())
      #expect(Set(documented).count == documented.count)
    }
  }

  @Test("Every path's parameters are declared, every operation has an id of its own")
  func parameters() throws {
    try Site.with { site in
      var ids: Set<String> = []
      for path in try #require(document(site)["paths"]?.members) {
        let names = path.name.matches(of: /\{(\w+)\}/).map { String($0.1) }
        for operation in path.value.members ?? [] {
          let declared = (operation.value["parameters"]?.array ?? [])
            .filter { $0["in"]?.string == "path" && $0["required"]?.bool == true }
            .compactMap { $0["name"]?.string }
          #expect(declared == names, "\(operation.name) \(path.name)")
          let (isNew, _) = ids.insert(operation.value["operationId"]?.string ?? "")
          #expect(isNew)
          #expect(operation.value["responses"]?["default"] != nil)
        }
      }
    }
  }

  @Test("Every reference leads to a schema that is there")
  func references() throws {
    try Site.with { site in
      let document = try document(site)
      let schemas = try #require(document["components"]?["schemas"]?.members?.map(\.name))
      func walk(_ value: JSON) {
        for member in value.members ?? [] {
          if member.name == "$ref", let reference = member.value.string {
            let isThere = schemas.contains { reference == "#/components/schemas/" + $0 }
            #expect(isThere, "\(reference)")
          }
          walk(member.value)
        }
        for entry in value.array ?? [] { walk(entry) }
      }
      walk(document)
    }
  }

  @Test("What a node answers is what its document says, member by member")
  func answers() throws {
    try Site.with { site in
      let schema = Schema(document: try document(site))
      let id = try site.run("elsewhere", #"{"code":0,"reason":0,"number":3}"#)
      let running = try site.submit("wait_cancel")
      let signalled = try site.submit("go", #"{"words":["x"]}"#)
      try site.world.process().end(
        .init(exit: .init(code: nil, signal: 11, reason: .signal), usage: Usage()))
      _ = try site.world.end(of: #require(ExecutionID(signalled)))
      _ = try site.run("say", #"{"text":"{\"a\":1}","stream":4}"#)
      let submission = #"{"sessionId":"s1","toolId":"echo","args":{"message":"hi"}}"#
      let told = try site.ask(
        "POST", "/execute?wait=20", submission.dropLast() + #","captureArtifacts":true}"#)
      let captured = try #require(told["executionId"]?.string)
      let call = #"{"jsonrpc":"2.0","method":"rpc.discover","id":1}"#
      let requests: [(method: String, target: String, body: String?, status: Int, schema: String)] =
        [
          ("GET", "/", nil, 200, "Identity"), ("GET", "/health", nil, 200, "Health"),
          ("GET", "/tools", nil, 200, "ToolList"), ("GET", "/tools/echo", nil, 200, "Tool"),
          ("GET", "/plugins", nil, 200, "PluginList"),
          ("GET", "/tools?format=openai", nil, 200, "OpenAITools"),
          ("GET", "/tools?format=openai&strict=1", nil, 200, "OpenAITools"),
          ("GET", "/tools?format=anthropic", nil, 200, "AnthropicTools"),
          ("GET", "/tools?format=mcp", nil, 200, "MCPTools"),
          ("GET", "/tools?format=jsonschema", nil, 200, "ToolSchemas"),
          ("POST", "/execute", submission, 202, "Accepted"),
          ("POST", "/execute?wait=20", submission, 200, "Execution"),
          ("GET", "/executions/\(id)", nil, 200, "Execution"),
          ("GET", "/executions/\(running)", nil, 200, "Execution"),
          ("GET", "/executions/\(signalled)", nil, 200, "Execution"),
          ("GET", "/executions?limit=9", nil, 200, "ExecutionPage"),
          ("GET", "/executions/\(id)/receipt", nil, 200, "Receipt"),
          ("GET", "/executions/\(captured)", nil, 200, "Execution"),
          ("GET", "/executions/\(captured)/artifacts", nil, 200, "ArtifactList"),
          ("POST", "/run", "{}", 422, "ValidationProblem"),
          ("POST", "/run", #"{"code":""}"#, 503, "Problem"),
          ("POST", "/build-image", nil, 503, "Problem"), ("POST", "/rpc", call, 200, "RPCResponse"),
          ("DELETE", "/executions/\(running)", nil, 200, "Execution"),
          ("PUT", "/sessions/s1/files/a.txt", "hello", 201, "StoredFile"),
          ("PUT", "/sessions/s1/files/a.txt", "bye", 200, "StoredFile"),
          ("GET", "/sessions/s1/files", nil, 200, "FileList"),
          ("DELETE", "/sessions/s1/files/a.txt", nil, 200, "Removed"),
          ("DELETE", "/sessions/s2/workspace", nil, 200, "Removed"),
          ("GET", "/nothing", nil, 404, "Problem"),
        ]
      for request in requests {
        let answer = try site.ask(request.method, request.target, request.body)
        #expect(answer.status == request.status, "\(request.target): \(answer.text)")
        #expect(schema.faults(of: answer.json, request.schema) == [], "\(request.target)")
      }
      _ = try site.world.end(of: #require(ExecutionID(running)))
    }
  }

  @Test("That too many lists wait is answered, and the document says so")
  func lists() throws {
    try Site.with { site in
      let (gate, over) = (Channel<Void>(), Channel<Void>())
      site.world.ledger.lister.ask(
        Reply(direct: { (_: Result<Void, Failure>) in over.send(()) })
      ) { _ in
        _ = gate.receive()
        return .success(())
      }
      // Nobody answers a list before the gate is open, but that there are too many.
      let lines = (0..<66).map { _ in site.start("GET", "/executions") }
      let refused = try site.ask("GET", "/executions")
      #expect(refused.status == 429 && refused["code"]?.string == "readers-busy")
      gate.send(())
      _ = over.receive()
      for line in lines { _ = try site.answer(on: line) }
    }
  }

  @Test("A route's answers are listed each once, and those of the door at every route")
  func statuses() throws {
    for endpoint in Endpoint.all {
      let statuses = endpoint.answers.map(\.status.rawValue)
      #expect(Set(statuses).count == statuses.count, "\(endpoint.template)")
      #expect(statuses.contains(400) && statuses.contains(401), "\(endpoint.template)")
      #expect(statuses.contains(403) == !endpoint.isOpen, "\(endpoint.template)")
    }
  }

  @Test("The checker of these tests sees what is wrong")
  func checker() throws {
    let document = try JSON(
      parsing: ##"{"components":{"schemas":{"A":{"type":"object","required":["a"],"##
        + ##""properties":{"a":{"$ref":"#/components/schemas/B"}}},"##
        + ##""B":{"type":"integer","minimum":1}}}}"##)
    let schema = Schema(document: document)
    #expect(schema.faults(of: try JSON(parsing: #"{"a":1}"#), "A") == [])
    for wrong in ["[]", "{}", #"{"a":0}"#, #"{"a":"1"}"#, #"{"a":1,"b":1}"#] {
      #expect(schema.faults(of: try JSON(parsing: wrong), "A") != [], "\(wrong)")
    }
  }
}
