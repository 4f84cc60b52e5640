import OrienHTTP
import OrienModel
import OrienNode
import OrienSystem

// What a provider of machines says of itself.
extension Endpoint {
  static let provider: [Endpoint] = [
    Endpoint(
      .get, "/api/v1/provider/info", "Look at who rents, and at which address.",
      answers: [.json("Who", "ProviderInfo")]
    ) { api, inquiry throws(Failure) in try api.sendProvider(inquiry) },
    Endpoint(
      .get, "/api/v1/summary", "Look at what is left, what it costs, and what is rented.",
      answers: [
        .json("All of it", "ProviderSummary"),
        .problem(.serviceUnavailable, "This node rents no machines"),
      ]
    ) { api, inquiry throws(Failure) in try api.sendSummary(inquiry) },
    Endpoint(
      .post, "/api/v1/admin/shutdown", "End the node, as a signal does.",
      answers: [.json("It ends", "Done"), .problem(.forbidden, "Not the operator")]
    ) { api, inquiry throws(Failure) in
      try inquiry.allowQuery()
      try inquiry.mustBeOperator()
      inquiry.exchange.answer { writer in writer.object { $0.field("ok", true) } }
      // Who asked is to hear it first.
      _ = api.loop.schedule(after: .milliseconds(200)) { api.shutDown() }
    },
    Endpoint(
      .get, "/api/v1/docs", "Read this document as a page.", isOpen: true,
      answers: [.other("text/html; charset=utf-8", "The page")]
    ) { api, inquiry throws(Failure) in
      try inquiry.allowQuery()
      inquiry.exchange.respond(api.page)
    },
  ]
}

extension API {
  /// By which machines are reached: as the operator has it, else as this machine reaches others.
  func publicHost(_ inquiry: Inquiry) -> String? {
    if let host = machines?.settings.publicHost { return host }
    let peer = inquiry.request.peer
    return peer.isLoopback ? peer.hostText : NetworkAddress.source(towards: peer)?.hostText
  }

  func sendProvider(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    guard let payments, payments.settings.isOn else { return send(provider: nil, inquiry) }
    payments.tellTerms { [self] in send(provider: $0, inquiry) }
  }

  private func send(provider terms: PaymentTerms?, _ inquiry: Inquiry) {
    let host = publicHost(inquiry)
    inquiry.exchange.answer { writer in
      writer.object { writer in
        writer.field("provider_id", identity.id)
        writer.fieldOrNull("stream_payment_address", terms?.contract)
        writer.fieldOrNull("glm_token_address", terms?.token)
        writer.fieldOrNull("payments_network", payments?.settings.network)
        writer.fieldOrNull("payments_chain_id", terms?.chain)
        writer.fieldOrNull("payments_recipient", terms?.recipient)
        if let payments, payments.settings.isOn {
          writer.field("stream_proof", payments.settings.needsProof ? "needed" : "taken")
          writer.field("node_key", payments.nodeKey)
        }
        writer.fieldOrNull("ip_address", host)
        writer.fieldOrNull("country", machines?.settings.country)
        writer.field("platform", LinuxKernel.platform)
        if let machines { writer.write(pricing: machines.prices) }
      }
    }
  }

  func sendSummary(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    let rentals = try rentals()
    guard let machines else { return }
    let settings = machines.settings
    let mine = rentals.all.filter { inquiry.caller.maySee($0) }
    inquiry.exchange.answer { writer in
      writer.object { writer in
        writer.field("status", "running")
        writer.object("resources") { writer in
          writer.write(resources: rentals.capacity.total, as: "total")
          writer.write(resources: rentals.capacity.available, as: "available")
        }
        writer.object("pricing") { writer in
          writer.write(prices: machines.prices)
        }
        writer.array("vms") { writer in
          for rental in mine {
            writer.object { writer in
              writer.field("id", rental.id)
              writer.field("status", rental.status)
              writer.fieldOrNull("ssh_port", rental.way.map { Int64($0) })
              writer.write(resources: rental.size)
            }
          }
        }
        writer.object("env") { writer in
          writer.field("environment", settings.environment)
          writer.field("network", settings.network)
        }
        writer.object("load") { writer in
          guard let load = machines.load else { return }
          writer.field("cpu_percent", load.cpuPercent)
          writer.field("memory_percent", load.memoryPercent)
          writer.field("storage_percent", load.diskPercent)
        }
        writer.field("accepting", rentals.trouble == nil && rentals.capacity.isOffered)
        writer.fieldOrNull("reason", rentals.trouble?.message)
        guard inquiry.caller.isOperator else { return }
        if let checks = machines.checks { writer.write(ports: checks.report) }
        if let adverts = machines.adverts { writer.write(advert: adverts.standing) }
        if let payments, payments.settings.isOn { writer.write(payments: payments) }
      }
    }
  }

  func sendAccess(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    let rental = try rental(inquiry)
    guard rental.owner == inquiry.caller.owner else {
      throw Failure(.denied, "not-owner", "only whose VM \(rental.name) is may know how to log in")
    }
    guard let port = rental.way else {
      return inquiry.exchange.answer(.accepted) { writer in
        writer.object { writer in
          writer.field("vm_id", rental.name)
          writer.field("multipass_name", rental.id)
          writer.field("status", rental.status)
          writer.fieldOrNull("ssh_port", Int64?.none)
        }
      }
    }
    let host = publicHost(inquiry)
    try rentals().handOutKey(of: rental.id) { result in
      switch result {
      case .failure(let failure): inquiry.exchange.fail(failure)
      case .success(let (rental, key)):
        inquiry.exchange.answer(fields: [HTTPField("Cache-Control", "no-store")]) { writer in
          writer.object { writer in
            writer.fieldOrNull("ssh_host", host)
            writer.field("ssh_port", Int64(port))
            writer.field("ssh_user", "root")
            writer.field("vm_id", rental.name)
            writer.field("multipass_name", rental.id)
            writer.object("ssh_key") { writer in
              writer.field("public_key", rental.access.publicKey)
              writer.field("private_key", key)
              writer.field("handed_out_at", rental.access.handedOutAt)
            }
          }
        }
      }
    }
  }
}
