import OrienModel
import Testing

@testable import orien

@Suite("What nginx.conf lacks")
struct NginxPlanTests {
  private static let wanted = "/etc/nginx/golem.d/*.conf"
  private static let http = """
    user www-data;
    # a } and a { that are nobody's
    events { worker_connections 768; }
    http {
    \tserver { location ~ "^/{2}" { return 200 'a } of a text'; } }
    \tmap $host $x${y} { default "{"; }
    }

    """

  private func plan(
    _ text: String, others: [String] = [], module: String? = nil
  ) throws -> NginxPlan {
    try NginxPlan(text, includes: Self.wanted, others: others, modulePath: module)
  }

  /// Whether the servers are read where nginx reads streams, and all else is as it was.
  private func expectIncluded(
    _ plan: NginxPlan, from text: String, at place: SourceLocation = #_sourceLocation
  ) throws {
    let again = try self.plan(plan.text)
    #expect(again.isDone, sourceLocation: place)
    let streams = try NginxDirective.parse(plan.text).filter { $0.name == "stream" }
    let includes = streams.flatMap { $0.block?.directives ?? [] }.filter {
      $0.words == ["include", Self.wanted]
    }
    #expect(includes.count == 1, sourceLocation: place)
    let added = Set(plan.text.split(separator: "\n")).subtracting(text.split(separator: "\n"))
    #expect(added.count <= 4, "\(added)", sourceLocation: place)
  }

  /// The first `}` behind `stream {` is another block's where one stands in it.
  @Test(
    "D-B4-1: the include goes into the stream block, and not into one that stands in it",
    arguments: [
      "stream { upstream a { server 10.0.0.1:1; } server { listen 1; proxy_pass a; } }",
      "stream {\n    server {\n        listen 1; # }\n    }\n}\n",
      "stream {\n  map $x $y { default \"}\"; }\n  include other/*.conf;\n  }\n",
      "stream\n{\n}\n", "stream{}",
    ])
  func nested(_ stream: String) throws {
    let text = Self.http + stream
    let plan = try plan(text)
    #expect(plan.steps.count == 1)
    try expectIncluded(plan, from: text)
  }

  /// Without a stream block nothing was added, and nothing was said.
  @Test("D-B4-2: where there is no stream block, one is added")
  func absent() throws {
    let plan = try plan(Self.http)
    #expect(plan.steps.map(\.lines) == ["stream {\n    include \(Self.wanted);\n}"])
    try expectIncluded(plan, from: Self.http)
  }

  @Test("A stream block of a comment, a text or another block is none")
  func falseBlocks() throws {
    let text = Self.http + "# stream { }\nmail { auth_http \"stream {\"; }\n"
    let plan = try plan(text)
    #expect(plan.steps.first?.lines.hasPrefix("stream {") == true)
    try expectIncluded(plan, from: text)
  }

  @Test("What is there is left alone")
  func done() throws {
    let text = Self.http + "stream { include '\(Self.wanted)'; }\n"
    let plan = try plan(text)
    #expect(plan.isDone)
    #expect(plan.text == text)
  }

  /// Nobody checked that nginx knows streams at all.
  @Test("D-B4-3: the module is loaded once, wherever that stands")
  func module() throws {
    let path = "/usr/lib/nginx/modules/ngx_stream_module.so"
    let text = Self.http + "stream { include \(Self.wanted); }\n"
    let lacking = try plan(text, module: path)
    #expect(lacking.steps.map(\.lines) == ["load_module \(path);"])
    #expect(try plan(lacking.text, module: path).isDone)
    let line = "load_module modules/ngx_stream_module.so;"
    #expect(try plan(text, others: [line], module: path).isDone)
    #expect(try plan(line + "\n" + text, module: path).isDone)
    #expect(try !plan(text, others: ["# \(line)"], module: path).isDone)
  }

  @Test(
    "What is no configuration of nginx's is refused, with its line",
    arguments: ["http {", "a b", "}", "a; }", "a \"b;", "{ }", ";"])
  func refused(_ text: String) {
    #expect(throws: Failure.self) { try plan("events { }\n" + text) }
  }
}
