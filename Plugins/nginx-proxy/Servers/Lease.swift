internal import OrienKit

/// What one server of ours is for, and all that its file is made of.
struct Lease: Equatable {
  let name: String
  let port: Int
  /// Where it listens, as nginx writes addresses.
  let hosts: [String]
  let targetHost: String
  let targetPort: Int
  /// Under which its sessions are logged: another one after the name was closed, so that a session of
  /// the lease before is not counted for this.
  let serial: String
  let log: String

  var json: JSON {
    [
      "name": .string(name), "port": .integer(port), "hosts": .array(hosts.map { .string($0) }),
      "targetHost": .string(targetHost), "targetPort": .integer(targetPort),
      "serial": .string(serial), "log": .string(log),
    ]
  }

  /// As `list` tells it.
  var told: JSON {
    [
      "name": .string(name), "port": .integer(port), "target_host": .string(targetHost),
      "target_port": .integer(targetPort),
    ]
  }
}

extension Lease {
  init?(_ json: JSON) {
    guard let name = json["name"]?.string, let port = json["port"]?.integer,
      let hosts = json["hosts"]?.array?.compactMap(\.string),
      let targetHost = json["targetHost"]?.string, let targetPort = json["targetPort"]?.integer,
      let serial = json["serial"]?.string, let log = json["log"]?.string,
      // Somebody may have written into it: what is made of this goes into a configuration again.
      Self.isPlain(name, beside: "-"), Self.isPlain(serial, beside: ""),
      serial.utf8.count == 16, (1...65535).contains(port)
    else { return nil }
    self.init(
      name: name, port: port, hosts: hosts, targetHost: targetHost, targetPort: targetPort,
      serial: serial, log: log)
  }

  private static func isPlain(_ text: String, beside others: String) -> Bool {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
    return !text.isEmpty
      && text.utf8.allSatisfy {
        digits.contains($0) || letters.contains($0 | 0x20) || others.utf8.contains($0)
      }
  }

  /// An address as nginx reads it; nil for anything that is none, so that nothing else gets into a
  /// configuration.
  static func address(_ text: String) -> String? {
    let isIPv6 = text.utf8.contains(0x3A)
    let allowed = isIPv6 ? "0123456789abcdefABCDEF:." : "0123456789."
    guard !text.isEmpty, text.utf8.count <= 45, text.utf8.allSatisfy({ allowed.utf8.contains($0) })
    else { return nil }
    return isIPv6 ? "[\(text)]" : text
  }
}
