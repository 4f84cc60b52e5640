import OrienModel
import OrienSystem

/// How a machine is logged in to: the words that `ssh` is called with.
struct SSHLogin: Equatable {
  /// The machine's id: no other ever has it, so that host keys are kept by it.
  let id: String
  let host: String
  let port: UInt16
  /// The private key; nil: those that `ssh` finds by itself.
  var key: String?
  var knownHosts: String

  /// Of a machine as the API tells of it. What a node says becomes words of a command, and is held to
  /// what ids and hosts are made of.
  init(_ machine: JSON, knownHosts: String, key: String?) throws(Failure) {
    let name = machine["name"].plain.printable
    guard let id = machine["id"]?.string, Self.isID(id) else {
      throw Failure(.internal, "bad-answer", "\(name): the node gives no id that could be one")
    }
    guard let port = machine["ssh_port"]?.uint64.flatMap({ UInt16(exactly: $0) }), port > 0,
      let host = machine["proxy_host"]?.string
    else {
      throw Failure(
        .unavailable, "no-way",
        "\(name): is \(machine["status"].plain.printable), and there is no way to it yet")
    }
    guard Self.isHost(host) else {
      throw Failure(.internal, "bad-answer", "\(name): '\(host.printable)' is no host")
    }
    self.id = id
    self.host = host
    self.port = port
    self.key = key
    self.knownHosts = knownHosts
  }

  static func isID(_ text: String) -> Bool {
    (1...128).contains(text.utf8.count) && text.utf8.first != UInt8(ascii: "-")
      && text.utf8.allSatisfy(\.isASCIIWord)
  }

  static func isHost(_ text: String) -> Bool {
    let isMade = text.utf8.allSatisfy { byte in
      byte.isASCIIWord || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
        || byte == UInt8(ascii: "%")
    }
    return (1...255).contains(text.utf8.count) && isMade && text.utf8.first != UInt8(ascii: "-")
  }

  /// A percent sign of a path's own is none that ssh replaces.
  private static func literal(_ path: String) -> String {
    path.map { $0 == "%" ? "%%" : String($0) }.joined()
  }

  /// The host's key is noted at the first login, under the machine's id and not under a port that
  /// another machine has later; one that has changed is refused.
  func words(_ command: [String]) -> [String] {
    var words = [
      "ssh", "-l", "root", "-p", "\(port)", "-o", "HostKeyAlias=\(id)", "-o",
      "UserKnownHostsFile=\"\(Self.literal(knownHosts))\"", "-o", "GlobalKnownHostsFile=/dev/null",
      "-o",
      "StrictHostKeyChecking=accept-new", "-o", "CheckHostIP=no", "-o", "HashKnownHosts=no",
    ]
    if let key { words += ["-i", key, "-o", "IdentitiesOnly=yes"] }
    return words + ["--", host] + command
  }
}
