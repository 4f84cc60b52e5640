import OrienModel

/// What the head asks for: a tunnel, or to pass one request on.
extension ProxyHead {
  func request() throws(EgressRefusal) -> EgressRequest {
    if method.elementsEqual("CONNECT".utf8) {
      guard let target = EgressTarget(authority: target) else {
        throw .malformed("CONNECT wants HOST:PORT")
      }
      return EgressRequest(target: target, form: .tunnel)
    }
    let (authority, path) = try absoluteTarget()
    guard let target = EgressTarget(authority: authority, usualPort: 80) else {
      throw .malformed("http:// wants a host, and perhaps a port, without a user")
    }
    let body = try self.body()
    return EgressRequest(
      target: target, form: .forward(head: head(authority, path), body: body))
  }

  private func absoluteTarget() throws(EgressRefusal) -> (ArraySlice<UInt8>, ArraySlice<UInt8>) {
    let scheme = "http://"
    let start = Self.text(
      target.prefix(scheme.utf8.count).map { $0.isASCIILetter ? $0 | 0x20 : $0 })
    guard start == scheme else {
      throw .malformed(
        start.hasPrefix("https:")
          ? "https:// is asked for by CONNECT"
          : "a request to a proxy has a whole target, as in GET http://example.org/")
    }
    guard !target.contains(UInt8(ascii: "#")) else { throw .malformed("a target has no fragment") }
    let rest = target.dropFirst(scheme.utf8.count)
    let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
    return (rest[..<(end ?? rest.endIndex)], rest[(end ?? rest.endIndex)...])
  }

  /// The head in the form that the target's own server takes: it alone, once, for the host that
  /// was checked, without what was said to the proxy.
  private func head(_ authority: ArraySlice<UInt8>, _ path: ArraySlice<UInt8>) -> [UInt8] {
    var head = Array(method) + [UInt8(ascii: " ")]
    if path.isEmpty, method.elementsEqual("OPTIONS".utf8) {
      head.append(UInt8(ascii: "*"))
    } else {
      if path.first != UInt8(ascii: "/") { head.append(UInt8(ascii: "/")) }
      head += path
    }
    head += isOld ? " HTTP/1.0\r\nHost: ".utf8 : " HTTP/1.1\r\nHost: ".utf8
    head += authority
    head += "\r\nConnection: close\r\n".utf8
    let hopByHop = Self.hopByHop + namedByConnection
    for field in fields where !hopByHop.contains(field.name) {
      head += field.line
      head += "\r\n".utf8
    }
    return head + "\r\n".utf8
  }

  private static let hopByHop: [[UInt8]] = [
    "host", "connection", "proxy-connection", "keep-alive", "proxy-authorization",
    "proxy-authenticate", "te", "upgrade", "http2-settings",
  ].map { Array($0.utf8) }

  /// What a message's length is told by is never taken out: the rest would be read as another.
  private static let framing: [[UInt8]] = [
    Array("content-length".utf8), Array("transfer-encoding".utf8),
  ]

  private var namedByConnection: [[UInt8]] {
    (values("connection") + values("proxy-connection"))
      .flatMap { $0.split(separator: UInt8(ascii: ",")) }
      .map { Self.trimmed($0).map { $0.isASCIILetter ? $0 | 0x20 : $0 } }
      .filter { !Self.framing.contains($0) }
  }

  private func body() throws(EgressRefusal) -> ForwardBody {
    guard values("host").count <= 1 else { throw .malformed("there is more than one Host") }
    let lengths = values("content-length")
    let codings = values("transfer-encoding")
    guard codings.isEmpty else {
      let coding = Self.text(codings[0].map { $0.isASCIILetter ? $0 | 0x20 : $0 })
      guard codings.count == 1, coding == "chunked", lengths.isEmpty, !isOld else {
        throw .malformed("a body is chunked, or has one Content-Length")
      }
      return .chunks
    }
    guard let length = lengths.first else { return .exactly(0) }
    guard lengths.count == 1, (1...18).contains(length.count), length.allSatisfy(\.isASCIIDigit)
    else { throw .malformed("a body has one Content-Length, a number of at most 18 digits") }
    return .exactly(length.reduce(0) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) })
  }
}
