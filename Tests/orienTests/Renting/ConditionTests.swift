import OrienModel
import Testing

@testable import orien

@Suite("How a node and its machine are")
struct ConditionTests {
  typealias Port = Condition.SSHPorts.Port

  /// All is well, and four ports were reached from outside.
  private func condition(_ change: (inout Condition) -> Void = { _ in }) -> Condition {
    var condition = Condition()
    condition.engine = Condition.Engine(title: "Multipass", path: "/m", version: "1.16.1")
    condition.provider = Condition.ProviderPort(
      host: "0.0.0.0", port: 7466, local: .listening,
      external: Condition.External(status: .reachable, verifiedBy: ["a"]))
    condition.ssh = Condition.SSHPorts(
      range: 50800..<50804,
      ports: (50800..<50804).map { Port(number: UInt16($0), reach: .reachable) }, isUnasked: false)
    condition.node = .object([JSON.Member("status", .string("ok"))])
    change(&condition)
    return condition
  }

  @Test(
    "Each thing that is wrong has its words and its weight",
    arguments: [
      (0, "Multipass not available", Condition.Verdict.error),
      (1, "Provider port 7466 not ready", .error),
      (2, "No externally reachable SSH ports", .error),
      (3, "3 SSH port(s) unreachable externally", .issues),
      (4, "1 SSH port(s) not listening", .issues),
      (5, "Provider API port not reachable externally", .error),
      (6, "Provider API port not reachable externally", .error),
      (7, "The node is degraded", .issues),
      (8, "The node is error", .error),
    ])
  func findings(_ fault: Int, _ text: String, _ verdict: Condition.Verdict) {
    let condition = condition { condition in
      switch fault {
      case 0: condition.engine?.error = "there is none"
      case 1: condition.provider.local = .unavailable
      case 2: for place in 0..<4 { condition.ssh!.ports[place].reach = .unreachable }
      case 3: for place in 0..<3 { condition.ssh!.ports[place].reach = .unreachable }
      case 4: condition.ssh!.ports[0].isLent = true
      case 5: condition.provider.external.status = .unreachable
      case 6: condition.provider.external.status = .checkFailed
      default:
        let word = fault == 7 ? "degraded" : "error"
        condition.node = .object([JSON.Member("status", .string(word))])
      }
    }
    #expect(condition.issues == [text])
    #expect(condition.verdict == verdict)
  }

  @Test("All is well: healthy, with every member that golem-provider's callers read")
  func healthy() {
    let json = condition().json
    #expect(json["overall"]?["status"]?.string == "healthy")
    #expect(json["overall"]?["issues"]?.array?.isEmpty == true)
    #expect(json["multipass"]?["ok"]?.bool == true)
    #expect(json["version"]?["update_available"]?.bool == false)
    #expect(json["environment"]?["dev_mode"]?.bool == false)
    let provider = json["ports"]?["provider"]
    #expect(provider?["local_detail"]?.string == "service is listening")
    #expect(provider?["status"]?.string == "reachable")
    let ssh = json["ports"]?["ssh"]
    #expect(ssh?["range"]?.array?.compactMap(\.int64) == [50800, 50804])
    #expect(ssh?["usable_free"]?.int64 == 4)
    #expect(ssh?["ports"]?.array?.count == 4)
    #expect(ssh?["ports"]?.array?.first?["status"]?.string == "reachable")
  }

  @Test("D-B5-2: ports in use are those that lead to machines, and are not free")
  func inUse() {
    let ssh = condition {
      $0.ssh!.ports[1] = Port(number: 50801, reach: .reachable, isListening: true, isLent: true)
      // Somebody else's.
      $0.ssh!.ports[2].isListening = true
    }.json["ports"]?["ssh"]
    #expect(ssh?["in_use"]?.int64 == 1)
    #expect(ssh?["usable_free"]?.int64 == 2)
    #expect(ssh?["status"]?.string == "ok")
  }

  @Test("A node without machines shows none of them, and is healthy")
  func without() {
    let condition = condition { ($0.engine, $0.ssh) = (nil, nil) }
    #expect(condition.verdict == .healthy)
    #expect(condition.json["multipass"] == nil)
    #expect(condition.json["ports"]?["ssh"] == nil)
    #expect(condition.text(.plain).split(separator: "\n").allSatisfy { !$0.hasPrefix("SSH") })
  }

  @Test("Where nobody outside was asked nothing is wrong, and what is free may do")
  func unasked() {
    let condition = condition { condition in
      condition.provider.external = Condition.External()
      condition.ssh!.isUnasked = true
      for place in 0..<4 { condition.ssh!.ports[place].reach = .unknown }
    }
    #expect(condition.verdict == .healthy)
    #expect(condition.ssh?.usableFree == 4)
    let external = condition.json["ports"]?["provider"]?["external"]
    #expect(external?["status"]?.string == "not_verified")
  }

  @Test("Where the checker did not answer ports are unknown, and none is free for use")
  func checkerAway() throws {
    let report = try JSON(
      parsing: Array(
        """
        {"provider":[{"port":7466,"external":{"status":"check_failed","error":"no answer"}}],
        "ports":[{"port":50800,"status":"unknown"},{"port":50801,"status":"reachable"},
        {"port":50802,"status":"something new"}]}
        """.utf8))
    let condition = condition { $0.take(reach: report) }
    #expect(condition.provider.external.error == "no answer")
    #expect(condition.ssh?.ports.map(\.reach) == [.unknown, .reachable, .unknown, .unknown])
    #expect(condition.ssh?.usableFree == 1)
    #expect(condition.text(.plain).lines.contains("  External      ❌ unreachable — no answer"))
  }

  @Test("The text has the words of the document")
  func text() {
    let lines = condition {
      $0.ssh!.ports[0].reach = .unreachable
      $0.ssh!.ports[1].isLent = true
    }.text(.plain).lines.map(String.init)
    for line in [
      "Overall         Issues detected", "Multipass       ✅ OK", "Provider Port   0.0.0.0:7466",
      "  Local         ✅ service is listening", "  External      ✅ reachable",
      "SSH Ports       50800-50803 — limited — 2 issue(s)", "  Usable free   2",
      "  In use        1", "  Issues        1 unreachable, 1 not listening",
    ] {
      #expect(lines.contains(line), "\(line)")
    }
  }
}
