/// What a request asks to be done. Methods are case-sensitive; any other word is answered with 501.
package enum HTTPMethod: UInt8, CaseIterable, Sendable {
  case get, head, post, put, patch, delete, options
  /// Known so that they are answered with 405, by whoever has no route for them: everybody.
  case trace, query

  package var name: String { "\(token)" }

  private var token: StaticString {
    switch self {
    case .get: "GET"
    case .head: "HEAD"
    case .post: "POST"
    case .put: "PUT"
    case .patch: "PATCH"
    case .delete: "DELETE"
    case .options: "OPTIONS"
    case .trace: "TRACE"
    case .query: "QUERY"
    }
  }

  init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    for method in Self.allCases where bytes.equal(range, method.token) {
      self = method
      return
    }
    return nil
  }
}
