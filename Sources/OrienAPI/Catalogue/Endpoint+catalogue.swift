import OrienHTTP
import OrienKernel
import OrienModel
import OrienPlugins
import OrienSystem

extension Endpoint {
  static let catalogue: [Endpoint] = [
    Endpoint(
      .get, "/tools", "What this node can do.", query: ToolListing.query,
      answers: [.json("Its tools", "ToolListing"), .unchanged]
    ) { api, inquiry throws(Failure) in
      let listing = try ToolListing(inquiry)
      let answer = api.toolLists.answer(
        to: listing, of: api.kernel, after: api.news.log.count, at: api.loop.now)
      inquiry.exchange.respond(answer.response(to: inquiry.request))
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
      answers: [.json("All of them", "PluginList"), .unchanged]
    ) { api, inquiry throws(Failure) in
      try inquiry.allowQuery()
      var writer = JSONWriter()
      writer.writePlugins(of: api.kernel)
      let answer = TaggedAnswer(json: writer.bytes)
      inquiry.exchange.respond(answer.response(to: inquiry.request))
    },
    Endpoint(
      .get, "/events",
      "Follow what changes among the tools, as server-sent events: begin and catalogue.",
      answers: [
        .other("text/event-stream", "Events for as long as the node runs"),
        .problem(.badRequest, "The Last-Event-ID is none of this stream"),
        .problem(.serviceUnavailable, "Too many streams are open, or the node is going down"),
      ]
    ) { api, inquiry throws(Failure) in try api.sendNews(inquiry) },
    Endpoint(
      .post, "/plugins/reload", "Look at the plugins' folder anew, as whenever it changes.",
      answers: [
        .json("What is there now", "PluginList"), .problem(.forbidden, "Not the operator"),
      ]
    ) { api, inquiry throws(Failure) in
      try inquiry.allowQuery()
      try inquiry.mustBeOperator()
      api.reloadPlugins { result in
        switch result {
        case .success:
          inquiry.exchange.answer { writer in writer.writePlugins(of: api.kernel) }
        case .failure(let failure): inquiry.exchange.fail(failure)
        }
      }
    },
    Endpoint(
      .post, "/plugins/{plugin}/restart",
      "Start a plugin's own process anew, also where it is not started any more.",
      answers: [
        .json("The plugin", "Plugin"), .problem(.notFound, "No such plugin"),
        .problem(.conflict, "It runs in the node"), .problem(.forbidden, "Not the operator"),
      ]
    ) { api, inquiry throws(Failure) in
      try inquiry.allowQuery()
      try inquiry.mustBeOperator()
      let plugin = try api.plugin(inquiry.parameters["plugin"])
      guard plugin.isolation == .worker else {
        throw Failure(
          .conflict, "in-node", "plugin \(plugin.name) runs in the node: restart that")
      }
      plugin.restart()
      inquiry.exchange.answer { writer in writer.writePlugin(plugin, api.kernel.catalogue) }
    },
  ]
}

extension API {
  /// By its file's name, with or without what that ends in, or by its id.
  fileprivate func plugin(_ name: String) throws(Failure) -> Plugin {
    let plugins = kernel.catalogue.plugins
    let found = plugins.first { [$0.name, $0.file, $0.id].contains(name) }
    guard let found else {
      throw Failure(
        .notFound, "unknown-plugin",
        "there is no plugin \(name)\(Nearest.hint(for: name, among: plugins.map(\.name)))")
    }
    return found
  }
}
