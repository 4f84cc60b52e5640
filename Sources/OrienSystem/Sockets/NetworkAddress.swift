import CLinux
import Glibc

/// A numeric address of a host and a port: `127.0.0.1:4000`, `[::1]:4000`.
///
/// It is plain bits, so that a copy costs nothing.
package struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
  // In halves: what holds a UInt128 is aligned to 16 bytes, and memory for that is had the slow way.
  private let high: UInt64
  private let low: UInt64
  let isIPv4: Bool
  package var port: UInt16

  /// `host` is 4 bytes for IPv4, 16 for IPv6.
  package init(host: [UInt8], port: UInt16) {
    precondition(host.count == 4 || host.count == 16, "an address has 4 or 16 bytes")
    self.init(
      bits: host.reduce(0) { $0 << 8 | UInt128($1) }, isIPv4: host.count == 4, port: port)
  }

  private init(bits: UInt128, isIPv4: Bool, port: UInt16) {
    high = UInt64(truncatingIfNeeded: bits >> 64)
    low = UInt64(truncatingIfNeeded: bits)
    self.isIPv4 = isIPv4
    self.port = port
  }

  var bits: UInt128 { UInt128(high) << 64 | UInt128(low) }

  /// Reads `HOST:PORT`; the host is numeric, or `localhost`. No name is ever looked up.
  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    var name = String(text[..<colon])
    if name == "localhost" { name = "127.0.0.1" }
    var bytes = [UInt8](repeating: 0, count: 16)
    if name.hasPrefix("["), name.hasSuffix("]") {
      guard inet_pton(AF_INET6, String(name.dropFirst().dropLast()), &bytes) == 1 else {
        return nil
      }
    } else {
      guard inet_pton(AF_INET, name, &bytes) == 1 else { return nil }
      bytes.removeLast(12)
    }
    self.init(host: bytes, port: port)
  }

  /// 4 bytes for IPv4, 16 for IPv6.
  package var host: [UInt8] {
    stride(from: isIPv4 ? 24 : 120, through: 0, by: -8).map {
      UInt8(truncatingIfNeeded: bits >> $0)
    }
  }

  /// The same for all connections of one host; with IPv6 of one /64, in which a host takes as many
  /// addresses as it likes.
  package var network: NetworkAddress {
    let isOne = isIPv4 || isLoopback
    return NetworkAddress(bits: isOne ? bits : (bits >> 64) << 64, isIPv4: isIPv4, port: 0)
  }

  package var isLoopback: Bool { isIPv4 ? bits >> 24 == 127 : bits == 1 }

  /// The host alone, without the brackets of IPv6.
  package var hostText: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_ntop(family, host, &text, socklen_t(text.count)) != nil else {
      preconditionFailure("an address has a text")
    }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  package var description: String { isIPv4 ? "\(hostText):\(port)" : "[\(hostText)]:\(port)" }

  var family: Int32 { isIPv4 ? AF_INET : AF_INET6 }
}

extension NetworkAddress {
  /// Hands the address to a system call in the form that it wants.
  func withSocketAddress<Result>(
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    if isIPv4 {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: host) }
      return Self.lend(&address, body)
    }
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_port = port.bigEndian
    withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: host) }
    return Self.lend(&address, body)
  }

  private static func lend<Address, Result>(
    _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    withUnsafeBytes(of: &address) {
      body($0.assumingMemoryBound(to: sockaddr.self).baseAddress!, socklen_t($0.count))
    }
  }

  /// What a system call wrote; nil for any family but IPv4 and IPv6.
  init?(_ storage: sockaddr_storage) {
    let read: ([UInt8], UInt16)? = withUnsafeBytes(of: storage) { bytes in
      switch Int32(storage.ss_family) {
      case AF_INET:
        let address = bytes.load(as: sockaddr_in.self)
        return (withUnsafeBytes(of: address.sin_addr) { Array($0) }, address.sin_port)
      case AF_INET6:
        let address = bytes.load(as: sockaddr_in6.self)
        return (withUnsafeBytes(of: address.sin6_addr) { Array($0) }, address.sin6_port)
      default: return nil
      }
    }
    guard let (host, port) = read else { return nil }
    self.init(host: host, port: UInt16(bigEndian: port))
  }
}
