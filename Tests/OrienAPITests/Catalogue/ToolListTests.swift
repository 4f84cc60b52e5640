import OrienKernel
import OrienModel
import OrienPlugins
import OrienTestKit
import Testing

@testable import OrienAPI
@testable import OrienHTTP

@Suite("API: lists of tools")
struct ToolListTests {
  private static let formats = ["openai", "openai&strict=1", "anthropic", "mcp", "jsonschema"]

  private func names(_ answer: Answer) -> [String] {
    let tools = answer["tools"]?.array?.map { $0["function"] ?? $0 }
    return tools?.compactMap { ($0["id"] ?? $0["name"])?.string }
      ?? answer.json.members!.map(\.name)
  }

  @Test("Every format has the same tools, in the order of their ids", arguments: formats)
  func order(format: String) throws {
    try Site.with { site in
      let all = names(try site.ask("GET", "/tools"))
      #expect(all == all.sorted() && all.count > 10)
      #expect(names(try site.ask("GET", "/tools?format=" + format)) == all)
    }
  }

  @Test("What cannot be called now is left out, unless all is asked for", arguments: formats)
  func unavailable(format: String) throws {
    let away = try Library.fixture(
      "tools", ["CONCURRENCY=0"],
      manifest: #"{"require":["memory"],"limits":{"memoryBytes":67108864}}"#)
    try Site.with({ $0.libraries = [.built("echo"), away] }) { site in
      #expect(names(try site.ask("GET", "/tools?format=" + format)) == ["echo"])
      #expect(names(try site.ask("GET", "/tools?all&format=" + format)).count > 10)
      let listed = try site.ask("GET", "/tools")["tools"]?.array ?? []
      let states = Set(listed.compactMap { $0["state"]?.string })
      #expect(states == ["ready", "unavailable"])
      for tool in listed where tool["state"]?.string != "ready" {
        #expect(tool["unavailableReason"]?.string?.isEmpty == false)
      }
    }
  }

  @Test("Each format has the members that its readers look for")
  func members() throws {
    try Site.with { site in
      func echo(_ format: String) throws -> JSON {
        let answer = try site.ask("GET", "/tools?format=" + format)
        let tools = answer["tools"]?.array ?? []
        return try #require(
          tools.first { ($0["function"] ?? $0)["name"]?.string == "echo" } ?? answer["echo"])
      }
      func names(_ json: JSON?) -> [String] { json?.members?.map(\.name) ?? [] }
      let function = try echo("openai")
      #expect(function["type"]?.string == "function")
      #expect(names(function["function"]) == ["name", "description", "parameters"])
      let held = try echo("openai&strict=1")["function"]
      #expect(held?["strict"]?.bool == true)
      #expect(
        held?["parameters"]?["required"]?.array?.count
          == held?["parameters"]?["properties"]?.members?.count)
      #expect(names(try echo("anthropic")) == ["name", "description", "input_schema"])
      let offered = try echo("mcp")
      #expect(names(offered) == ["name", "title", "description", "inputSchema", "annotations"])
      #expect(try echo("jsonschema")["$schema"] == offered["inputSchema"]?["$schema"])
    }
  }

  @Test(
    "A format, or a way of it, that is not known is refused with what is",
    arguments: [
      ("format=opnai", "did you mean openai?"), ("format=", "expected one of orien, openai"),
      ("format=openai&format=mcp", "2 times"), ("format=mcp&strict=1", "format=openai alone"),
      ("strict=1", "format=openai alone"), ("all=2", "expected 1 or 0"),
      ("fromat=mcp", "did you mean format?"),
    ])
  func refused(query: String, hint: String) throws {
    try Site.with { site in
      let answer = try site.ask("GET", "/tools?" + query)
      #expect(answer.status == 400 && answer["code"]?.string == "invalid-query")
      #expect(answer["detail"]?.string?.contains(hint) == true, "\(answer.text)")
    }
  }

  @Test(
    "Who has it already is told so, and sent it again when it has changed",
    arguments: ["/tools", "/plugins"] + formats.map { "/tools?format=" + $0 })
  func tags(target: String) throws {
    try Site.with { site in
      let first = try site.ask("GET", target)
      let tag = try #require(first[field: "etag"])
      #expect(tag.wholeMatch(of: /"[!-~]+"/) != nil && first[field: "cache-control"] == "no-cache")
      for known in [tag, "W/" + tag, "*", "\"x\" , " + tag, "\"x\",\(tag)"] {
        // No answer to a conditional request has a body where it is none.
        let line = site.start("GET", target, nil, ["If-None-Match": known])
        try site.world.wait { Answer(line.output) != nil }
        let answer = try #require(Answer(line.output))
        #expect(answer.status == 304 && answer.body.isEmpty && answer[field: "etag"] == tag)
        #expect(answer[field: "content-length"] == nil && answer[field: "content-type"] == nil)
      }
      for other in ["\"x\"", String(tag.dropLast()), tag.uppercased() + "x"] {
        let answer = try site.ask("GET", target, nil, ["If-None-Match": other])
        #expect(answer.status == 200 && answer.body == first.body)
      }
      // The list changes with the catalogue, at once.
      var contents = site.world.kernel.contents
      contents.plugins.removeLast()
      site.world.kernel.adopt(contents)
      let changed = try site.ask("GET", target, nil, ["If-None-Match": tag])
      #expect(changed.status == 200 && changed[field: "etag"] != tag)
    }
  }
}
