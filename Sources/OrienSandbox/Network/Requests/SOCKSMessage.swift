import OrienSystem

/// The messages of SOCKS5 (RFC 1928), without authentication and with CONNECT alone.
enum SOCKSMessage {
  static let version: UInt8 = 5
  static let acceptance: [UInt8] = [version, 0]

  /// How long the greeting is that `bytes` begin with; nil where it is not all there.
  static func greeting(_ bytes: [UInt8]) throws(EgressRefusal) -> Int? {
    guard bytes.count >= 2 else { return nil }
    let end = 2 + Int(bytes[1])
    guard bytes.count >= end else { return nil }
    guard bytes[2..<end].contains(0) else { throw .noMethod }
    return end
  }

  /// The target of the request that `bytes` begin with, and its length; nil where it is not all
  /// there. What is wrong is said as soon as it is known.
  static func request(
    _ bytes: [UInt8]
  ) throws(EgressRefusal) -> (target: EgressTarget, length: Int)? {
    if bytes.count > 0, bytes[0] != version { throw .malformed("this is not SOCKS5") }
    if bytes.count > 1, bytes[1] != 1 { throw .noCommand }
    if bytes.count > 2, bytes[2] != 0 { throw .malformed("what is reserved in SOCKS5 is 0") }
    guard bytes.count > 4 else { return nil }
    let hostStart: Int
    let hostEnd: Int
    switch bytes[3] {
    case 1: (hostStart, hostEnd) = (4, 8)
    case 3: (hostStart, hostEnd) = (5, 5 + Int(bytes[4]))
    case 4: (hostStart, hostEnd) = (4, 20)
    default: throw .noAddressType
    }
    guard bytes.count >= hostEnd + 2 else { return nil }
    let hostBytes = bytes[hostStart..<hostEnd]
    let port = UInt16(bytes[hostEnd]) << 8 | UInt16(bytes[hostEnd + 1])
    guard port != 0 else { throw .malformed("there is no port 0") }
    let host: EgressTarget.Host?
    if bytes[3] == 3 {
      // Some clients send the text of an address as a name, without the brackets of IPv6.
      host = EgressTarget.Host(hostBytes) ?? EgressTarget.Host(address: hostBytes)
    } else {
      host = .address(NetworkAddress(host: Array(hostBytes), port: 0).unmapped)
    }
    guard let host else { throw .malformed("the host is no name and no address") }
    return (EgressTarget(host: host, port: port), hostEnd + 2)
  }

  /// The answer to a request. What is connected from is the node's business: all zero.
  static func reply(_ code: UInt8) -> [UInt8] { [version, code, 0, 1, 0, 0, 0, 0, 0, 0] }
}
