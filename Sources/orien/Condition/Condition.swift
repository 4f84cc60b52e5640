import OrienModel

/// How a node is and the machine that it is on, as `orien status` says it: a value, from which text,
/// JSON and verdict are made.
struct Condition: Sendable, Equatable {
  var version = ""
  var environment = ""
  var network = ""
  /// What keeps machines; nil where none are rented out here.
  var engine: Engine?
  var provider = ProviderPort()
  /// Nil where none are rented out here.
  var ssh: SSHPorts?
  /// Nil where nothing has to be paid, or not to who asks.
  var payments: Payments?
  /// The settings by which one of several engines would be named; empty where none needs to be.
  var choices: [String] = []
  /// As `/health` has it; nil: no node answers.
  var node: JSON?

  static let soleEngine = "the only one whose program is here"

  struct Engine: Sendable, Equatable {
    /// `Multipass`, for people.
    var title: String
    var path: String?
    var version: String?
    /// Why it is of no use; nil: it is.
    var error: String?
    /// Nobody has named it: it is the only one that could be.
    var isSole = false

    var isFound: Bool { error == nil }
  }

  /// What is known of a port from outside.
  struct External: Sendable, Equatable {
    enum Status: String, Sendable, CaseIterable {
      case reachable, unreachable
      /// Nobody was asked.
      case notVerified = "not_verified"
      /// Whoever was asked did not answer.
      case checkFailed = "check_failed"
      case unknown
    }

    var status = Status.notVerified
    var verifiedBy: [String] = []
    var error: String?
  }

  struct ProviderPort: Sendable, Equatable {
    enum Local: String, Sendable {
      case listening = "service is listening"
      case free = "port is free (bindable)"
      case unavailable = "port unavailable"
    }

    var host = ""
    var port: UInt16 = 0
    var local = Local.unavailable
    var external = External()

    var isReady: Bool { local != .unavailable }
    var isReached: Bool { external.status == .reachable }
    /// Somebody was asked, and it is not so.
    var isShut: Bool { [.unreachable, .checkFailed].contains(external.status) }
  }

  struct SSHPorts: Sendable, Equatable {
    enum Status: String, Sendable { case ok, limited, blocked }
    enum Reach: String, Sendable { case reachable, unreachable, unknown }

    struct Port: Sendable, Equatable {
      var number: UInt16
      var reach = Reach.unknown
      var isListening = false
      /// It leads to a machine.
      var isLent = false
    }

    /// Its end is not in it.
    var range: Range<Int>
    var ports: [Port] = []
    /// Nobody was asked which can be reached: then all may do.
    var isUnasked = true
  }
}

extension Condition.SSHPorts {
  var inUse: Int { ports.count { $0.isLent } }

  var usableFree: Int {
    ports.count { port in
      let isReached = port.reach == .reachable || (isUnasked && port.reach == .unknown)
      return !port.isLent && !port.isListening && isReached
    }
  }

  var unreachable: Int { ports.count { $0.reach == .unreachable } }
  /// A port that leads to a machine, and at which nobody takes callers.
  var notListening: Int { ports.count { $0.isLent && !$0.isListening } }

  var status: Status {
    if !ports.isEmpty, unreachable == ports.count { return .blocked }
    return unreachable + notListening > 0 ? .limited : .ok
  }
}

extension Condition {
  enum Verdict: String, Sendable { case healthy, issues, error }

  /// What is wrong, with how much that matters.
  private var findings: [(text: String, verdict: Verdict)] {
    var found: [(String, Verdict)] = []
    if let engine, !engine.isFound { found.append(("\(engine.title) not available", .error)) }
    if !provider.isReady { found.append(("Provider port \(provider.port) not ready", .error)) }
    if let ssh {
      if ssh.status == .blocked {
        found.append(("No externally reachable SSH ports", .error))
      } else if ssh.unreachable > 0 {
        found.append(("\(ssh.unreachable) SSH port(s) unreachable externally", .issues))
      }
      if ssh.notListening > 0 {
        found.append(("\(ssh.notListening) SSH port(s) not listening", .issues))
      }
    }
    if provider.isShut {
      found.append(("Provider API port not reachable externally", .error))
    }
    found += (payments?.issues ?? []).map { ($0, .issues) }
    if let state = node?["status"]?.string, state != "ok" {
      found.append(("The node is \(state.printable)", state == "error" ? .error : .issues))
    }
    return found
  }

  var issues: [String] { findings.map(\.text) }

  var verdict: Verdict {
    let all = findings.map(\.verdict)
    return all.contains(.error) ? .error : all.isEmpty ? .healthy : .issues
  }
}
