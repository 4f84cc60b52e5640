import OrienHTTP
import OrienModel
import OrienSystem

/// Which header fields a relay passes on. All providers share its origin in a browser, and each is
/// somebody else's: what one of them says must have no effect on what another is asked or has said.
enum RelayFields {
  /// Of a connection and not of what is asked, of the relay and not of the provider, or kept by a
  /// browser for all that stand behind the relay.
  private static let dropped: Set<String> = [
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection",
    "te", "trailer", "transfer-encoding", "upgrade", "expect", "host", "content-length", "via",
    "cookie", "origin", "referer", "forwarded", "x-real-ip", "x-proxy-token", "x-proxy-source",
  ]
  private static let answered: Set<String> = [
    "allow", "cache-control", "content-disposition", "content-encoding", "content-language",
    "etag", "expires", "last-modified", "location", "retry-after", "vary",
  ]

  /// What of a request goes to the provider, which is told by whom and for whom it is asked.
  static func asked(
    _ request: HTTPRequest, for caller: NetworkAddress
  ) -> [(name: String, value: String)] {
    let named = (request.header("connection") ?? "").split(separator: ",").map {
      $0.filter { $0 != " " }.lowercased()
    }
    let fields = request.headers.filter { field in
      let name = field.name.lowercased()
      return !dropped.contains(name) && !named.contains(name)
        && !name.hasPrefix("x-forwarded-") && !name.hasPrefix("sec-")
    }
    return fields + [("Via", "1.1 orien-port-check"), ("X-Forwarded-For", caller.hostText)]
  }

  /// What of an answer goes back. A page of a provider's must not run as the relay's own.
  static func answered(_ fields: [(name: String, value: String)]) -> [HTTPField] {
    let kept = fields.filter { field in
      let name = field.name.lowercased()
      return answered.contains(name) || name.hasPrefix("ratelimit")
    }
    return kept.map { HTTPField($0.name, $0.value) } + [
      HTTPField("Content-Security-Policy", "sandbox; default-src 'none'")
    ]
  }
}
