import OrienHTTP
package import OrienLedger
package import OrienModel

/// Who may ask: whoever holds a key, and on loopback of a node without one, everybody who is there.
package struct Access: Sendable {
  /// Whose a secret is, and by what it is recognized.
  package struct Key: Sendable {
    package var owner: Owner
    package var isOperator: Bool
    fileprivate var print: Fingerprint?

    package init(owner: Owner, isOperator: Bool, print: Fingerprint) {
      self.owner = owner
      self.isOperator = isOperator
      self.print = print
    }

    /// An empty secret is nobody's.
    package init(owner: Owner, isOperator: Bool, secret: String) {
      self.owner = owner
      self.isOperator = isOperator
      print = secret.isEmpty ? nil : Fingerprint(of: secret.utf8)
    }
  }

  /// Who asks, and which key says so.
  struct Visitor {
    var caller: Caller
    /// Its place among the keys; nil where none came.
    var key: Int?
  }

  package let keys: [Key]
  private let places: [Fingerprint: Int]
  private static let proxied: [StaticString] = [
    "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via",
  ]

  package init(keys: [Key]) {
    self.keys = keys
    var places: [Fingerprint: Int] = [:]
    for (place, key) in keys.enumerated() {
      if let print = key.print { places[print] = place }
    }
    self.places = places
  }

  /// Who asks. A route that is open serves those too who say nothing; what is said is checked all
  /// the same. Keys are taken from the `Authorization` field alone, never from the target, which is
  /// logged by everybody on the way.
  func visitor(of request: HTTPRequest, isOpen: Bool) throws(Failure) -> Visitor {
    let credentials = request.headerBytes("authorization")
    guard credentials != nil || request.header("authorization") == nil else {
      throw Failure(.invalid, "repeated-authorization", "expected one Authorization field")
    }
    if keys.isEmpty { return Visitor(caller: try keyless(request, isOpen: isOpen)) }
    guard let credentials else {
      if isOpen { return Visitor(caller: Self.nobody) }
      throw Failure(
        .unauthenticated, "no-key", "a key is needed: send Authorization: Bearer KEY")
    }
    guard let token = Self.bearer(credentials) else {
      throw Failure(
        .unauthenticated, "no-bearer", "expected Authorization: Bearer KEY, another scheme came")
    }
    guard let place = places[token.withUnsafeBytes { Fingerprint(of: $0) }] else {
      throw Failure(.unauthenticated, "unknown-key", "this node does not know the key")
    }
    let key = keys[place]
    return Visitor(caller: Caller(owner: key.owner, isOperator: key.isOperator), key: place)
  }

  /// Without a key the caller is the operator, for the node listens on loopback alone. Who says that
  /// he asks for somebody else is a proxy, and those others may be anywhere.
  private func keyless(_ request: HTTPRequest, isOpen: Bool) throws(Failure) -> Caller {
    guard let name = Self.proxied.first(where: { request.header($0) != nil }) else {
      return Caller(owner: .operator, isOperator: true)
    }
    if isOpen { return Self.nobody }
    throw Failure(
      .denied, "proxied-without-key",
      "\(name) says that a proxy asks for somebody: give this node a key (PROVIDER_API_KEY_FILE)")
  }

  private static let nobody = Caller(owner: Owner(""), isOperator: false)

  static func bearer(_ credentials: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let scheme = Array("bearer ".utf8)
    guard credentials.count > scheme.count,
      zip(credentials, scheme).allSatisfy({ $0 | 0x20 == $1 })
    else { return nil }
    return credentials.dropFirst(scheme.count).drop { $0 == 0x20 }
  }
}
