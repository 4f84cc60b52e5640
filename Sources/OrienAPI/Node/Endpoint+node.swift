import OrienHTTP
import OrienKernel
import OrienLedger
import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem

extension Endpoint {
  static let node: [Endpoint] = [
    Endpoint(
      .get, "/", "Who this is, and where to go on.", isOpen: true,
      answers: [.json("Name, version and links", "Identity")]
    ) { api, inquiry throws(Failure) in api.sendIdentity(inquiry) },
    Endpoint(
      .get, "/health", "Whether the node is well.", isOpen: true,
      answers: [.json("Its state; more of it to who holds a key", "Health")]
    ) { api, inquiry throws(Failure) in api.sendHealth(inquiry) },
    Endpoint(
      .get, "/metrics", "The node's figures for Prometheus; what it earns for its operator alone.",
      answers: [.other("text/plain", "Prometheus' text format")]
    ) { api, inquiry throws(Failure) in
      inquiry.exchange.respond(
        .ok,
        HTTPContent(
          type: "text/plain; version=0.0.4; charset=utf-8", bytes: api.metrics(for: inquiry.caller))
      )
    },
    Endpoint(
      .get, "/openapi.json", "This interface, as OpenAPI 3.1 describes it.", isOpen: true,
      answers: [.other("application/json", "The document")]
    ) { api, inquiry throws(Failure) in inquiry.exchange.respond(api.document) },
    Endpoint(
      .get, "/docs", "The same as people read it.", isOpen: true,
      answers: [.other("text/html", "A page that fetches nothing")]
    ) { api, inquiry throws(Failure) in inquiry.exchange.respond(api.page) },
  ]
}

extension API {
  private static let links = [
    "health", "tools", "plugins", "events", "executions", "metrics", "openapi.json", "docs",
  ]

  fileprivate func sendIdentity(_ inquiry: Inquiry) {
    inquiry.exchange.answer { writer in
      writer.object { writer in
        writer.field("name", identity.name)
        writer.field("providerId", identity.id)
        writer.field("version", identity.version)
        writer.object("links") { writer in
          for link in Self.links { writer.field(link, "/" + link) }
        }
      }
    }
  }

  fileprivate func sendHealth(_ inquiry: Inquiry) {
    if wantsSandboxHealth(inquiry) { return sendSandboxHealth(inquiry) }
    let troubles = self.troubles()
    // To a stranger no more than ORIEN's nodes have always said.
    let isStranger = !inquiry.caller.isOperator || !inquiry.request.listener.isLoopback
    inquiry.exchange.answer { writer in
      writer.object { writer in
        writer.field("status", troubles.isEmpty ? "ok" : "degraded")
        writer.field("uptime", Double(Instant.now.since(startedAt).milliseconds) / 1000)
        writer.field("activeExecutions", kernel.active)
        writer.field("totalExecutions", kernel.counters.accepted)
        writer.field("version", identity.version)
        guard !isStranger else { return }
        writer.field("running", kernel.running)
        writer.field("waiting", kernel.waiting)
        writer.field("draining", kernel.isDraining || !kernel.isAdmitting)
        writer.field("user", identity.user)
        writer.field("isolation", kernel.isolation)
        writer.field("whyNotHigher", kernel.whyIsolationIsNotHigher)
        writer.object("workspaces") { writer in
          let (means, why) = workspaces.enforcement
          writer.field("enforcedBy", means.rawValue)
          if let why { writer.field("reason", why) }
        }
        writer.array("problems") { writer in
          for trouble in troubles { writer.write(trouble) }
        }
      }
    }
  }

  /// What is not as it should be, in words.
  private func troubles() -> [String] {
    var troubles: [String] = []
    if kernel.isDraining || !kernel.isAdmitting {
      troubles.append("the node is draining and takes no new work")
    }
    if kernel.isJailDown { troubles.append("no process can be started: the launcher is down") }
    if let obstacle = kernel.obstacle {
      troubles.append("tools that run programs are refused: \(obstacle.message)")
    } else if kernel.refusesPrograms {
      troubles.append("tools that run programs are refused: nothing walls these in here")
    }
    if let shortage = kernel.ledgerGauges.shortage {
      troubles.append("new work is refused: \(shortage.message)")
    }
    for plugin in kernel.catalogue.plugins {
      let standing = plugin.state.standing
      guard let reason = standing.reason else { continue }
      if plugin.manifest.isOptional, standing.name == .unavailable { continue }
      troubles.append("plugin \(plugin.name) is \(standing.name.rawValue): \(reason)")
    }
    return troubles
  }
}
