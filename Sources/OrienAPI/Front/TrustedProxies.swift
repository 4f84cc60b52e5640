import OrienHTTP
package import OrienSystem

/// The proxies whose word counts for who asks: `TRUSTED_PROXIES`.
package struct TrustedProxies: Sendable {
  private let ranges: [NetworkRange]

  package init(_ ranges: [NetworkRange] = []) { self.ranges = ranges }

  /// Who asks: the one at the other end, or behind trusted proxies the last of `X-Forwarded-For`
  /// that is none of these. What stands before that one anybody may have written.
  func client(of request: HTTPRequest) -> NetworkAddress {
    var client = request.peer
    guard !ranges.isEmpty, isTrusted(client), let field = request.header("x-forwarded-for") else {
      return client
    }
    for word in field.split(separator: ",").reversed() {
      let text = word.drop { $0 == " " }.prefix { $0 != " " }
      // Some write the port behind it.
      guard let next = NetworkAddress(hostText: text) ?? NetworkAddress(String(text)) else { break }
      client = next
      guard isTrusted(next) else { break }
    }
    return client
  }

  private func isTrusted(_ address: NetworkAddress) -> Bool {
    ranges.contains { $0.contains(address) }
  }
}
