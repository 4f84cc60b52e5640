import OrienHTTP
package import OrienModel

/// Who may ask: whoever holds a key, and on loopback of a node without one, everybody who is there.
package struct Access: Sendable {
  /// A secret and whose it is.
  package struct Key: Sendable {
    package var owner: Owner
    package var isOperator: Bool
    fileprivate var secret: [UInt8]

    package init(owner: Owner, isOperator: Bool, secret: String) {
      self.owner = owner
      self.isOperator = isOperator
      self.secret = Array(secret.utf8)
    }
  }

  private let keys: [Key]
  private static let proxied: [StaticString] = [
    "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via",
  ]

  package init(keys: [Key]) { self.keys = keys }

  /// Who asks. A route that is open serves those too who say nothing; what is said is checked all
  /// the same. Keys are taken from the `Authorization` field alone, never from the target, which is
  /// logged by everybody on the way.
  func caller(of request: HTTPRequest, isOpen: Bool) throws(Failure) -> Caller {
    let credentials = request.headerBytes("authorization")
    guard credentials != nil || request.header("authorization") == nil else {
      throw Failure(.invalid, "repeated-authorization", "expected one Authorization field")
    }
    if keys.isEmpty { return try keyless(request, isOpen: isOpen) }
    guard let credentials else {
      if isOpen { return Self.nobody }
      throw Failure(
        .unauthenticated, "no-key", "a key is needed: send Authorization: Bearer KEY")
    }
    guard let token = Self.bearer(credentials) else {
      throw Failure(
        .unauthenticated, "no-bearer", "expected Authorization: Bearer KEY, another scheme came")
    }
    var found: Key?
    for key in keys where Self.isEqual(token, key.secret) { found = key }
    guard let found else {
      throw Failure(.unauthenticated, "unknown-key", "this node does not know the key")
    }
    return Caller(owner: found.owner, isOperator: found.isOperator)
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

  private static func bearer(_ credentials: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let scheme = Array("bearer ".utf8)
    guard credentials.count > scheme.count,
      zip(credentials, scheme).allSatisfy({ $0 | 0x20 == $1 })
    else { return nil }
    return credentials.dropFirst(scheme.count).drop { $0 == 0x20 }
  }

  /// Takes as long for a wrong byte at the beginning as for one at the end, so that the time tells
  /// nobody how much was right.
  private static func isEqual(_ given: ArraySlice<UInt8>, _ secret: [UInt8]) -> Bool {
    guard !secret.isEmpty else { return false }
    var difference = given.count ^ secret.count
    var index = 0
    for byte in given {
      difference |= Int(byte ^ secret[index])
      index = index + 1 < secret.count ? index + 1 : 0
    }
    return difference == 0
  }
}
