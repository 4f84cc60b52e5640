package import OrienModel
import OrienSystem

/// One entry of the list that a tool's manifest allows: `api.example.org:443`, `*.example.org:443`
/// (what is below the name, not the name), `10.0.0.5:8080`, `[::1]:80`; the port may be `*`.
package struct EgressRule: Hashable, Sendable {
  enum Host: Hashable, Sendable {
    case exactly(EgressTarget.Host)
    case below(String)
  }

  let host: Host
  /// Nil: any.
  let port: UInt16?

  package init(_ text: String) throws(Failure) {
    let bytes = Array(text.utf8)
    func bad(_ why: String) -> Failure {
      Failure(.invalid, "bad-egress-rule", "\(Self.shown(text)): \(why)")
    }
    guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")) else {
      throw bad("expected HOST:PORT, such as example.org:443, and found no port")
    }
    let portBytes = bytes[(colon + 1)...]
    if portBytes.elementsEqual("*".utf8) {
      port = nil
    } else if let port = EgressTarget.port(portBytes) {
      self.port = port
    } else {
      throw bad("a port is a number from 1 to 65535, or *")
    }
    let hostBytes = bytes[..<colon]
    if hostBytes.first == UInt8(ascii: "*") {
      guard hostBytes.starts(with: "*.".utf8),
        let name = EgressTarget.Host.name(hostBytes.dropFirst(2))
      else { throw bad("* stands for a name's whole beginning, as in *.example.org, only") }
      host = .below(name)
      return
    }
    guard let host = EgressTarget.Host(hostBytes) else {
      throw bad(
        hostBytes.contains(UInt8(ascii: ":")) && hostBytes.first != UInt8(ascii: "[")
          ? "an IPv6 address stands in brackets, as in [2001:db8::1]:443"
          : "expected a name of letters, digits, - and dots, an IPv4 address, or an IPv6 address"
            + " in brackets")
    }
    if case .address(let address) = host, !address.isOfOneHost {
      throw bad("this is the address of no single host")
    }
    self.host = .exactly(host)
  }

  func names(_ target: EgressTarget) -> Bool {
    guard port == nil || port == target.port else { return false }
    return switch (host, target.host) {
    case (.exactly(let host), let wanted): host == wanted
    case (.below(let name), .name(let wanted)): wanted.hasSuffix("." + name)
    case (.below, .address): false
    }
  }

  /// The entry as a message has it, however long it is and whatever is in it.
  private static func shown(_ text: String) -> String {
    let plain = text.unicodeScalars.prefix(100).map {
      $0.value >= 0x20 && $0.value < 0x7F ? $0 : "?"
    }
    var shown = ""
    shown.unicodeScalars.append(contentsOf: plain)
    return "\"\(shown)\""
  }
}

extension NetworkAddress {
  /// It is neither unspecified, which the system takes for itself, nor a group or all of a network.
  fileprivate var isOfOneHost: Bool {
    let bytes = host
    if bytes.allSatisfy({ $0 == 0 }) { return false }
    return bytes.count == 4 ? bytes[0] != 0 && bytes[0] < 224 : bytes[0] != 0xFF
  }
}
