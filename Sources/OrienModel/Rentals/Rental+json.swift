// As it stands in the ledger: whatever is nil has no member, and a reader that knows more than the
// writer did finds less.

extension Rental: JSONWritable {
  package func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("owner", owner.description)
      writer.field("cpu", size.cpu)
      writer.field("memoryBytes", size.memoryBytes)
      writer.field("diskBytes", size.diskBytes)
      writer.field("image", image)
      writer.field("publicKey", access.publicKey)
      writer.field("sealedKey", access.sealedKey.map { String(hex: $0) })
      writer.field("handedOutAt", access.handedOutAt?.microseconds)
      writer.field("tokenPrint", access.tokenPrint)
      writer.field("backend", backend)
      writer.field("port", port.map { Int64($0) })
      writer.field("proxy", proxy)
      writer.field("targetHost", target?.host)
      writer.field("targetPort", (target?.port).map { Int64($0) })
      writer.field("address", address)
      writer.field("code", trouble?.code.rawValue)
      writer.field("reason", trouble?.reason)
      writer.field("message", trouble?.message)
      writer.field("pause", pause)
      writer.field("readyAt", readyAt?.microseconds)
      writer.object("traffic") { writer in
        writer.field("connections", traffic.connections)
        writer.field("bytesIn", traffic.bytesIn)
        writer.field("bytesOut", traffic.bytesOut)
        writer.field("countedConnections", traffic.counted.connections)
        writer.field("countedIn", traffic.counted.bytesIn)
        writer.field("countedOut", traffic.counted.bytesOut)
      }
      writer.field("createdAt", createdAt.microseconds)
      writer.field("updatedAt", updatedAt.microseconds)
    }
  }

  /// What `write` has written; `id`, `name`, `phase`, `job` and the end are the row's own.
  package init(
    _ json: JSON, id: String, name: String, phase: Phase, job: String, endedAt: Timestamp?
  ) throws(Failure) {
    var object = try MemberReader(json, id, reason: "rental")
    let moment = { (json: JSON) in json.int64.map { Timestamp(microseconds: $0) } }
    let port = { (json: JSON) in json.int64.flatMap { UInt16(exactly: $0) } }
    let size = MachineSize(
      cpu: try object.need("cpu", as: \.int64, "a number"),
      memoryBytes: try object.need("memoryBytes", as: \.int64, "a number"),
      diskBytes: try object.need("diskBytes", as: \.int64, "a number"))
    self.init(
      id: id, name: name, owner: Owner(try object.need("owner", as: \.string, "a name")),
      phase: phase, size: size, image: try object.need("image", as: \.string, "a name"),
      access: Access(
        publicKey: try object.need("publicKey", as: \.string, "a key"),
        sealedKey: try object.take("sealedKey", as: { $0.string?.hexBytes }, "digits"),
        handedOutAt: try object.take("handedOutAt", as: moment, "a moment"),
        tokenPrint: try object.take("tokenPrint", as: \.string, "a print")),
      job: job, createdAt: try object.need("createdAt", as: moment, "a moment"))
    updatedAt = try object.need("updatedAt", as: moment, "a moment")
    self.endedAt = endedAt
    backend = try object.take("backend", as: \.string, "a name")
    self.port = try object.take("port", as: port, "a port")
    proxy = try object.take("proxy", as: \.string, "a name")
    if let host = try object.take("targetHost", as: \.string, "an address") {
      target = Target(host: host, port: try object.need("targetPort", as: port, "a port"))
    }
    address = try object.take("address", as: \.string, "an address")
    if let reason = try object.take("reason", as: \.string, "a reason") {
      let code = { (json: JSON) in json.string.flatMap { Failure.Code(rawValue: $0) } }
      // What was written before there were codes has none.
      trouble = Trouble(
        try object.take("code", as: code, "a code") ?? .unavailable, reason,
        try object.take("message", as: \.string, "a message") ?? reason)
    }
    pause = try object.take("pause", as: \.string, "a reason")
    readyAt = try object.take("readyAt", as: moment, "a moment")
    guard var counts = try object.object("traffic") else { return }
    func count(_ name: String) throws(Failure) -> UInt64 {
      try counts.need(name, as: \.uint64, "a number")
    }
    traffic.connections = try count("connections")
    traffic.bytesIn = try count("bytesIn")
    traffic.bytesOut = try count("bytesOut")
    traffic.counted = Traffic.Counts(
      connections: try count("countedConnections"), bytesIn: try count("countedIn"),
      bytesOut: try count("countedOut"))
  }
}
