package import OrienModel

/// A request to a server, and how much of it and of its answer is borne with.
package struct HTTPRequest {
  package var method: String
  /// Absolute, `http` or `https`.
  package var url: String
  package var headers: [HTTPHeader]
  package var body: Body
  /// Reached by this socket where it is set, whatever the host in `url` says.
  package var unixSocketPath: String?
  package var bounds: Bounds
  /// It may be sent again where a connection that was kept turns out to be closed. One that must not
  /// has a connection of its own.
  package var isRepeatable = true
  /// Who asks wants no answer any more once this polls readable; it is only looked at.
  package var stopDescriptor: Int32?

  package init(
    _ method: String = "GET", _ url: String, headers: [HTTPHeader] = [], body: Body = .none,
    unixSocketPath: String? = nil, bounds: Bounds = Bounds(), stopDescriptor: Int32? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.unixSocketPath = unixSocketPath
    self.bounds = bounds
    self.stopDescriptor = stopDescriptor
  }

  package enum Body {
    case none
    case bytes([UInt8])
    /// As many bytes as promised, from a reader that fills what it is lent and says how far.
    case stream(bytes: UInt64, (UnsafeMutableRawBufferPointer) throws(Failure) -> Int)
  }

  /// What ends a request that would not end by itself; nil is no bound.
  package struct Bounds: Sendable {
    package var connectMilliseconds = 10_000
    /// From the start to the last byte.
    package var totalMilliseconds: Int? = 60_000
    /// Without a single byte either way; whole seconds, at least one.
    package var silenceMilliseconds: Int?
    package var headerBytes = 64 << 10
    /// Of a body that is gathered; one that is handed on as it comes has no bound.
    package var bodyBytes = 16 << 20

    package init() {}
  }
}

extension HTTPRequest {
  /// Throws where the request could not be sent as it stands: a line break in one of its parts
  /// would begin a header, or a request, of somebody else's choice.
  package func check() throws(Failure) {
    let isPlain = { (text: String) in text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } }
    guard isPlain(method), isPlain(url), isPlain(unixSocketPath ?? "") else {
      throw Failure(.invalid, "bad-request", "'\(url)' has blanks or control characters")
    }
    // libcurl would guess what is missing, and ask a host by the name of a mistyped word.
    let scheme = url.prefix { $0 != ":" }.lowercased()
    guard scheme == "http" || scheme == "https", url.dropFirst(scheme.count).hasPrefix("://") else {
      throw Failure(.invalid, "bad-url", "'\(url)': expected http://HOST or https://HOST")
    }
    for header in headers where !header.isWellFormed {
      throw Failure(
        .invalid, "bad-header", "header '\(header.name)' has a character that none may have")
    }
  }
}

/// One line of a header.
package struct HTTPHeader: Sendable, Equatable {
  package var name: String
  package var value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  fileprivate var isWellFormed: Bool {
    !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
      && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
  }
}

/// What a server answered.
package struct HTTPResponse: Sendable {
  package var status: Int
  package var headers: [HTTPHeader]
  /// Empty where it was handed on as it came.
  package var body: [UInt8]

  /// The first header of that name, in whatever case.
  package func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  package var isSuccess: Bool { (200..<300).contains(status) }
  /// Whoever was asked is asked too often.
  package var isLimited: Bool { status == 429 }
  /// It is the request's fault, and the same will not do better.
  package var isRefusal: Bool { (400..<500).contains(status) && !isLimited }
  /// What was asked for is not there.
  package var isMissing: Bool { status == 404 }
  /// It is in a state in which that cannot be done.
  package var isConflict: Bool { status == 409 }
}
