import OrienHTTP
import OrienKernel
import OrienModel
import OrienSystem

extension Endpoint {
  static let catalogue: [Endpoint] = [
    Endpoint(
      .get, "/tools", "What this node can do.", answers: [.json("Its tools", "ToolList")]
    ) { api, inquiry throws(Failure) in
      try inquiry.allowQuery()
      inquiry.exchange.respond(api.toolList.response(of: api.kernel, at: api.loop.now))
    },
    Endpoint(
      .get, "/tools/{toolId}", "One tool.",
      answers: [.json("The tool", "Tool"), .problem(.notFound, "No such tool")]
    ) { api, inquiry throws(Failure) in
      try inquiry.allowQuery()
      let name = inquiry.parameters["toolId"]
      guard let tool = api.kernel.catalogue.tool(name) else {
        let names = api.kernel.catalogue.tools.map(\.id.description)
        throw Failure(
          .notFound, "unknown-tool",
          "there is no tool \(name)\(Nearest.hint(for: name, among: names))")
      }
      inquiry.exchange.answer { writer in
        writer.writeTool(tool, trouble: api.kernel.trouble(of: tool))
      }
    },
    Endpoint(
      .get, "/plugins", "The plugins behind the tools, and those that were refused.",
      answers: [.json("All of them", "PluginList")]
    ) { api, inquiry throws(Failure) in
      try inquiry.allowQuery()
      inquiry.exchange.answer { writer in writer.writePlugins(api.kernel.catalogue) }
    },
  ]
}

/// The answer to `GET /tools`, rendered once and sent often: anew once a second, by which time a
/// tool may have become unavailable. Belongs to the loop.
struct ToolList {
  private var rendered: (response: PreparedResponse, until: Instant)?

  mutating func response(of kernel: Kernel, at now: Instant) -> PreparedResponse {
    if let rendered, now < rendered.until { return rendered.response }
    var writer = JSONWriter(reservingBytes: 8192)
    writer.object { writer in
      writer.array("tools") { writer in
        for tool in kernel.catalogue.tools {
          writer.writeTool(tool, trouble: kernel.trouble(of: tool))
        }
      }
      writer.array("backends") { _ in }
    }
    let response = PreparedResponse(
      .ok, HTTPContent(type: "application/json", bytes: writer.bytes))
    rendered = (response, now + .seconds(1))
    return response
  }
}
