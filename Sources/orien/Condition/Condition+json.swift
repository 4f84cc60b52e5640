import OrienModel

extension Condition {
  /// In the members of golem-provider's `status --json`, without those of machines where none are
  /// rented out; `node` is what the node itself says.
  var json: JSON {
    var ports = [JSON.Member("provider", provider.json)]
    if let ssh { ports.append(JSON.Member("ssh", ssh.json)) }
    var members = [
      JSON.Member(
        "version",
        .object([
          .init("installed", .string(version)),
          // Nobody outside is asked for it.
          .init("latest", .null), .init("update_available", .bool(false)),
        ])),
      JSON.Member(
        "environment",
        .object([
          .init("environment", .string(environment)), .init("network", .string(network)),
          .init("dev_mode", .bool(environment == "development")),
        ])),
    ]
    if let engine {
      members.append(
        JSON.Member(
          "multipass",
          .object([
            .init("ok", .bool(engine.isFound)), .init("path", .optional(engine.path)),
            .init("version", .optional(engine.version)), .init("error", .optional(engine.error)),
            .init("engine", .string(engine.title)),
          ])))
    }
    if let payments { members.append(JSON.Member("payments", payments.json)) }
    return .object(
      members + [
        JSON.Member("ports", .object(ports)),
        JSON.Member(
          "overall",
          .object([
            .init("status", .string(verdict.rawValue)),
            .init("issues", .array(issues.map { .string($0) })),
          ])),
        JSON.Member("node", node ?? .null),
      ])
  }
}

extension Condition.ProviderPort {
  /// Only what somebody has reached is reachable; a check that failed has reached nothing.
  fileprivate var json: JSON {
    .object([
      .init("port", .integer(Int64(port))), .init("host", .string(host)),
      .init("local_ok", .bool(isReady)), .init("local_detail", .string(local.rawValue)),
      .init(
        "external",
        .object([
          .init("status", .string(external.status.rawValue)),
          .init("verified_by", .array(external.verifiedBy.map { .string($0) })),
          .init("error", .optional(external.error)),
        ])),
      .init("status", .string(isReached ? "reachable" : "unreachable")),
    ])
  }
}

extension Condition.SSHPorts {
  fileprivate var json: JSON {
    .object([
      .init(
        "range",
        .array([.integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound))])),
      .init("status", .string(status.rawValue)),
      .init("usable_free", .integer(Int64(usableFree))),
      .init("in_use", .integer(Int64(inUse))),
      .init(
        "issues",
        .object([
          .init("unreachable", .integer(Int64(unreachable))),
          .init("not_listening", .integer(Int64(notListening))),
        ])),
      .init(
        "ports",
        .array(
          ports.map { port in
            .object([
              .init("port", .integer(Int64(port.number))),
              .init("status", .string(port.reach.rawValue)),
              .init("listening", .bool(port.isListening)),
            ])
          })),
    ])
  }
}

extension JSON {
  fileprivate static func optional(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
}
