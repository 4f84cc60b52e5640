package import OrienSystem

/// What a client asks: a complete, checked head. Its body comes by the exchange.
///
/// It shares the bytes that the connection read, and nothing is copied unless it is kept beyond
/// the handler's call.
package struct HTTPRequest {
  package let method: HTTPMethod
  package let path: HTTPPath
  /// Who is at the other end: the last proxy, where there is one.
  package let peer: NetworkAddress
  /// The address of the listener by which it came.
  package let listener: NetworkAddress

  let head: RequestHead
  private let bytes: [UInt8]
  private let base: Int

  init(
    _ head: RequestHead, in bytes: [UInt8], from base: Int, peer: NetworkAddress,
    listener: NetworkAddress
  ) {
    self.head = head
    self.bytes = bytes
    self.base = base
    self.peer = peer
    self.listener = listener
    method = head.method
    if let decoded = head.decodedPath {
      path = HTTPPath(bytes: decoded, range: 0..<decoded.count)
    } else {
      path = HTTPPath(
        bytes: bytes, range: base + head.path.lowerBound..<base + head.path.upperBound)
    }
  }

  package var query: HTTPQuery { HTTPQuery(slice(head.query)) }

  /// The `Host` field, port included; empty for an HTTP/1.0 request without one.
  package var host: String { String(decoding: slice(head.host), as: UTF8.self) }

  package var hasBody: Bool { head.body != .none }

  /// The body's size, where the client told it.
  package var declaredBodyBytes: Int? {
    if case .length(let count) = head.body { count } else { nil }
  }

  /// The value of a header field, whatever the case of its name; values of fields that came more
  /// than once are joined by `, `, so that a second one is never silently passed over.
  package func header(_ name: StaticString) -> String? {
    var value: String?
    for field in head.fields where isNamed(field, name) {
      let text = String(decoding: slice(field.value), as: UTF8.self)
      value = value.map { $0 + ", " + text } ?? text
    }
    return value
  }

  /// The bytes of a header field that came exactly once, without making a string of them.
  package func headerBytes(_ name: StaticString) -> ArraySlice<UInt8>? {
    var found: ArraySlice<UInt8>?
    for field in head.fields where isNamed(field, name) {
      if found != nil { return nil }
      found = slice(field.value)
    }
    return found
  }

  /// All header fields in the order they came.
  package var headers: [(name: String, value: String)] {
    head.fields.map {
      (
        String(decoding: slice($0.name), as: UTF8.self),
        String(decoding: slice($0.value), as: UTF8.self)
      )
    }
  }

  func slice(_ range: Range<Int>) -> ArraySlice<UInt8> {
    bytes[base + range.lowerBound..<base + range.upperBound]
  }

  private func isNamed(_ field: RequestHead.Field, _ name: StaticString) -> Bool {
    field.name.count == name.utf8CodeUnitCount
      && bytes.span.equalIgnoringCase(
        base + field.name.lowerBound..<base + field.name.upperBound, name)
  }
}
