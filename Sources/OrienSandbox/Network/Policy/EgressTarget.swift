import OrienModel
package import OrienSystem

/// Where a program wants to: a host and a port, in the one form in which they are compared.
package struct EgressTarget: Hashable, Sendable, CustomStringConvertible {
  package enum Host: Hashable, Sendable {
    /// In lower case, without the dot at its end.
    case name(String)
    /// Its port is 0, and IPv4 is never written as IPv6.
    case address(NetworkAddress)
  }

  package let host: Host
  package let port: UInt16

  package init(host: Host, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Reads `HOST:PORT`; without `:PORT` it is `usualPort`, where there is one.
  init?(authority bytes: some BidirectionalCollection<UInt8>, usualPort: UInt16? = nil) {
    let bytes = Array(bytes)
    let hostEnd: Int
    if bytes.first == UInt8(ascii: "[") {
      guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
      hostEnd = bracket + 1
    } else {
      hostEnd = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
    }
    guard let host = Host(bytes[..<hostEnd]) else { return nil }
    if hostEnd == bytes.count {
      guard let usualPort else { return nil }
      self.init(host: host, port: usualPort)
      return
    }
    guard bytes[hostEnd] == UInt8(ascii: ":"), let port = Self.port(bytes[(hostEnd + 1)...]) else {
      return nil
    }
    self.init(host: host, port: port)
  }

  /// One to five digits that are no zero; nothing that `UInt16` would read besides.
  static func port(_ bytes: some Collection<UInt8>) -> UInt16? {
    guard (1...5).contains(bytes.count), bytes.allSatisfy(\.isASCIIDigit) else { return nil }
    let port = bytes.reduce(0) { $0 * 10 + UInt32($1 - UInt8(ascii: "0")) }
    return port == 0 ? nil : UInt16(exactly: port)
  }

  package var description: String {
    switch host {
    case .name(let name): "\(name):\(port)"
    case .address(let address): "\(address.at(port))"
    }
  }
}

extension NetworkAddress {
  func at(_ port: UInt16) -> NetworkAddress {
    var address = self
    address.port = port
    return address
  }
}

extension EgressTarget.Host {
  static let nameBytes = 253
  private static let labelBytes = 63

  /// Reads a name, an IPv4 address, or an IPv6 address in brackets.
  init?(_ bytes: some BidirectionalCollection<UInt8>) {
    if bytes.first == UInt8(ascii: "[") {
      guard bytes.last == UInt8(ascii: "]"), bytes.contains(UInt8(ascii: ":")),
        let host = Self(address: bytes.dropFirst().dropLast())
      else { return nil }
      self = host
    } else if !bytes.contains(UInt8(ascii: ":")), let host = Self(address: bytes) {
      self = host
    } else if let name = Self.name(bytes) {
      self = .name(name)
    } else {
      return nil
    }
  }

  /// Reads an IPv4 address or an IPv6 address without brackets. What the system would read beside
  /// these (a zone, a number in another base, what stands behind a NUL) is none.
  init?(address bytes: some BidirectionalCollection<UInt8>) {
    let isAddress = bytes.allSatisfy { byte in
      byte.hexValue != nil || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
    }
    guard isAddress, bytes.count <= 45 else { return nil }
    let text = String(decoding: Array(bytes), as: UTF8.self)
    let isIPv6 = bytes.contains(UInt8(ascii: ":"))
    guard let address = NetworkAddress(isIPv6 ? "[\(text)]:0" : "\(text):0") else { return nil }
    self = .address(address.unmapped)
  }

  /// A name of the DNS in its compared form. One whose last label is a number would be read as an
  /// address by some (`127.1`, `0x7f000001`), and is no name.
  static func name(_ bytes: some BidirectionalCollection<UInt8>) -> String? {
    var bytes = bytes.map { $0.isASCIILetter ? $0 | 0x20 : $0 }
    if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
    guard (1...nameBytes).contains(bytes.count) else { return nil }
    let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let hyphen = UInt8(ascii: "-")
    for label in labels {
      guard (1...labelBytes).contains(label.count), label.allSatisfy(\.isASCIIWord),
        label.first != hyphen, label.last != hyphen
      else { return nil }
    }
    guard let last = labels.last, !isNumber(last) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isNumber(_ label: ArraySlice<UInt8>) -> Bool {
    label.allSatisfy(\.isASCIIDigit)
      || label.starts(with: "0x".utf8) && label.dropFirst(2).allSatisfy { $0.hexValue != nil }
  }
}
