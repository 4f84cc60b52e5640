import OrienModel
import OrienSystem

/// Who may ask by way of a browser.
///
/// A page of any site can make a browser call loopback, and by a name of its own that resolves to
/// 127.0.0.1 (DNS rebinding) it may even read the answer. So on a loopback listener the Host must
/// be loopback's, and a page's Origin must be the node's own or allowed.
package struct OriginPolicy: Sendable {
  /// Origins that may read answers, such as `https://panel.example`; `*` stands for all.
  package var allowedOrigins: [String] = []
  /// Further names, in lower case, by which loopback listeners may be called.
  package var hostNames: [String] = []

  package init(allowedOrigins: [String] = [], hostNames: [String] = []) {
    self.allowedOrigins = allowedOrigins
    self.hostNames = hostNames
  }

  /// Why the request is refused, if it is; sets `corsOrigin` to the origin that may read the answer.
  func check(_ request: HTTPRequest, _ corsOrigin: inout String?) -> Refusal? {
    let isLoopback = request.listener.isLoopback
    if isLoopback, !request.head.host.isEmpty, !isLoopbackHost(request.slice(request.head.host)) {
      return Refusal(
        .misdirectedRequest, "foreign-host",
        "this address answers to localhost and loopback addresses alone, not to \(request.host)")
    }
    guard let range = request.head.origin else { return nil }
    let origin = String(decoding: request.slice(range), as: UTF8.self)
    if origin == "http://" + request.host || origin == "https://" + request.host { return nil }
    if allowedOrigins.contains(origin) || allowedOrigins.contains("*") {
      corsOrigin = origin
      return nil
    }
    guard isLoopback else { return nil }
    return Refusal(
      .forbidden, "foreign-origin", "the origin \(origin) is not allowed; ALLOW_ORIGIN names those")
  }

  private func isLoopbackHost(_ bytes: ArraySlice<UInt8>) -> Bool {
    let span = bytes.span
    let range = Authority.hostRange(span, 0..<span.count)
    if range.count >= 9, span.equal(0..<4, "127.") {
      // A name in an address's clothes has a letter somewhere; digits and dots are no name.
      return range.allSatisfy { span[$0].isASCIIDigit || span[$0] == UInt8(ascii: ".") }
    }
    if span.equalIgnoringCase(range, "localhost") || span.equal(range, "[::1]") { return true }
    let name = String(decoding: range.map { span[$0].lowercased }, as: UTF8.self)
    return hostNames.contains(name)
  }

  // MARK: Preflight

  /// Whether a browser asks what another origin's page may do here. Only where some may.
  func isPreflight(_ request: HTTPRequest) -> Bool {
    request.method == .options && !allowedOrigins.isEmpty && request.head.origin != nil
      && request.headerBytes("access-control-request-method") != nil
  }

  func preflightFields(_ request: HTTPRequest) -> [HTTPField] {
    let methods = HTTPMethod.allCases.filter { ![.trace, .query].contains($0) }.map(\.name).joined(
      separator: ", ")
    var fields = [
      HTTPField("Access-Control-Allow-Methods", methods),
      HTTPField("Access-Control-Max-Age", "600"),
    ]
    if let names = request.header("access-control-request-headers") {
      fields.append(HTTPField("Access-Control-Allow-Headers", names))
    }
    return fields
  }
}
