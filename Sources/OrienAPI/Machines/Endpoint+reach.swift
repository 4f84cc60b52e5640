import OrienHTTP
import OrienModel
import OrienNode

// How the node's machines are reached and found: for its operator.
extension Endpoint {
  private static let denied = Answer.problem(.forbidden, "Not the operator")
  private static let unable = Answer.problem(
    .serviceUnavailable, "This node rents no machines, or does not yet")

  static let reach: [Endpoint] = [
    Endpoint(
      .get, "/api/v1/provider/ports", "Look at which ports are reached from outside.",
      answers: [.json("Each of them", "PortReport"), denied, unable]
    ) { api, inquiry throws(Failure) in
      try inquiry.allowQuery()
      try inquiry.mustBeOperator()
      let checks = try api.portChecks()
      inquiry.exchange.answer { $0.write(checks.report) }
    },
    Endpoint(
      .post, "/api/v1/provider/ports", "Have the ports checked from outside now.",
      answers: [
        .json("As it is so far", "PortReport", status: .accepted), denied, unable,
      ]
    ) { api, inquiry throws(Failure) in
      try inquiry.allowQuery()
      try inquiry.mustBeOperator()
      let checks = try api.portChecks()
      checks.check()
      inquiry.exchange.answer(.accepted) { $0.write(checks.report) }
    },
  ]
}

extension API {
  fileprivate func portChecks() throws(Failure) -> PortChecks {
    _ = try rentals()
    guard let checks = machines?.checks else {
      throw Failure(.unavailable, "no-machines", "this node rents no machines")
    }
    return checks
  }
}

extension PortReport {
  /// Of the range: whether there are ports to be given to machines.
  fileprivate var status: String {
    let usable = ports.count { isUsable($0) || $0.machine != nil && $0.reach != .unreachable }
    return usable == 0 ? "blocked" : usable == ports.count ? "ok" : "limited"
  }

  fileprivate func external(_ port: PortState) -> String {
    switch outcome {
    case .unasked: "not_verified"
    case .failed where port.reach == .unknown: "check_failed"
    default: port.reach.rawValue
    }
  }

  fileprivate var trouble: Failure? {
    if case .failed(let failure) = outcome { failure } else { nil }
  }
}

extension JSONWriter {
  fileprivate mutating func write(_ report: PortReport) {
    object { writer in
      writer.array("range") { writer in
        writer.write(Int64(report.bounds.lowerBound))
        writer.write(Int64(report.bounds.upperBound))
      }
      writer.writeCounts(report)
      writer.field("checking", report.isChecking)
      writer.fieldOrNull("checked_at", report.checkedAt)
      writer.fieldOrNull("error", report.trouble?.message)
      writer.array("provider") { writer in
        for (host, port) in report.own {
          writer.object { writer in
            writer.field("host", host)
            writer.field("port", Int64(port.port))
            writer.field("listening", port.isListening)
            writer.object("external") { writer in
              writer.field("status", report.external(port))
              writer.fieldOrNull("verified_by", port.verifiedBy)
              writer.fieldOrNull("error", port.error ?? report.trouble?.message)
            }
          }
        }
      }
      writer.array("ports") { writer in
        for port in report.ports { writer.write(port) }
      }
    }
  }

  private mutating func write(_ port: PortState) {
    object { writer in
      writer.field("port", Int64(port.port))
      writer.field("status", port.reach.rawValue)
      writer.field("listening", port.isListening)
      writer.fieldOrNull("verified_by", port.verifiedBy)
      writer.fieldOrNull("error", port.error)
      writer.fieldOrNull("vm_id", port.machine)
    }
  }

  private mutating func writeCounts(_ report: PortReport) {
    field("status", report.status)
    field("usable_free", Int64(report.ports.count { report.isUsable($0) }))
    field("in_use", Int64(report.ports.count { $0.machine != nil }))
    object("issues") { writer in
      writer.field("unreachable", Int64(report.ports.count { $0.reach == .unreachable }))
      writer.field("not_listening", Int64(report.ports.count { !$0.isListening }))
    }
  }

  /// For a summary.
  mutating func write(ports report: PortReport) {
    object("ports") { $0.writeCounts(report) }
  }

  mutating func write(advert standing: Adverts.Standing) {
    object("advert") { writer in
      writer.field("status", standing.state.rawValue)
      writer.fieldOrNull("by", standing.advertiser)
      writer.fieldOrNull("published_at", standing.publishedAt)
      writer.fieldOrNull("attempted_at", standing.attemptedAt)
      writer.fieldOrNull("reason", standing.trouble?.message)
    }
  }
}
