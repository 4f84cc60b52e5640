/// Addresses that begin alike: `10.0.0.0/8`, `2001:db8::/32`, or one by itself.
package struct NetworkRange: Hashable, Sendable, CustomStringConvertible {
  private let first: NetworkAddress
  private let length: Int
  private var whole: Int { first.isIPv4 ? 32 : 128 }

  /// Nil where it is none, or has bits beyond its length: who wrote these meant another one.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let address = NetworkAddress(hostText: parts[0]) else { return nil }
    first = address
    let whole = address.isIPv4 ? 32 : 128
    guard parts.count == 2 else {
      length = whole
      return
    }
    guard let length = Int(parts[1]), (0...whole).contains(length),
      address.bits == address.bits & Self.mask(length, of: whole)
    else { return nil }
    self.length = length
  }

  package func contains(_ address: NetworkAddress) -> Bool {
    address.isIPv4 == first.isIPv4 && address.bits & Self.mask(length, of: whole) == first.bits
  }

  private static func mask(_ length: Int, of whole: Int) -> UInt128 {
    let all = whole == 128 ? UInt128.max : (1 << UInt128(whole)) - 1
    return all & ~(length == whole ? 0 : (UInt128.max >> UInt128(128 - whole + length)))
  }

  package var description: String {
    first.hostText + (length == whole ? "" : "/\(length)")
  }
}

extension NetworkAddress {
  /// Reads a numeric host without a port, with or without the brackets of IPv6.
  package init?(hostText text: some StringProtocol) {
    let isBare = text.contains(":") && !text.hasPrefix("[")
    self.init((isBare ? "[\(text)]" : String(text)) + ":0")
  }
}
