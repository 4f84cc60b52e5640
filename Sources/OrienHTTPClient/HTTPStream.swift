internal import CCurl
package import OrienModel

/// A connection that its server gave over to both sides once it had answered a request, as an
/// upgrade does: bytes both ways, until either ends.
///
/// One thread at a time uses it.
package final class HTTPStream {
  private static let pieceBytes = 32 << 10

  /// What came of waiting.
  package enum Received {
    case bytes([UInt8])
    /// The other side sends nothing more.
    case ended
    /// What was waited for beside it has come: nobody wants more.
    case stopped
    /// The time is over.
    case nothing
  }

  /// How a server answers who asks for a stream.
  package enum Opened {
    case stream(HTTPStream)
    case refused(HTTPResponse)
  }

  private let curl: CurlHandle
  private let request: HTTPRequest
  /// What came right behind the answer's header.
  private var early: [UInt8] = []
  private var unsent: ArraySlice<UInt8> = []
  private var endsSending = false

  private init(_ request: HTTPRequest, _ proxy: String?) throws(Failure) {
    curl = try CurlHandle(proxy: proxy)
    self.request = request
  }

  /// Asks for a stream by a request without a body, within the request's bounds. Its headers are
  /// sent as they are, with `Host` before them.
  package static func open(
    _ request: HTTPRequest, proxy: String? = nil
  ) throws(Failure) -> Opened {
    try request.check()
    guard case .none = request.body else {
      throw Failure(.invalid, "bad-request", "a stream begins without a body")
    }
    let stream = try HTTPStream(request, proxy)
    stream.curl.configure(request)
    stream.curl.set(CURLOPT_CONNECT_ONLY, number: 1)
    let code = stream.curl.perform()
    guard code == CURLE_OK else { throw stream.curl.failure(code, request) }
    stream.unsent = request.opening[...]
    let response = try StreamAnswer(bounds: request.bounds).read { () throws(Failure) in
      try stream.receive(within: request.bounds.totalMilliseconds ?? .max)
    }
    guard response.answer.status == 101 || response.answer.isSuccess else {
      return .refused(response.answer)
    }
    stream.early = response.beyond
    return .stream(stream)
  }

  /// Has the bytes sent while `receive` waits, and after them the end of what is sent.
  package func send(_ bytes: [UInt8], ending: Bool) {
    unsent += bytes
    endsSending = ending
  }

  /// Waits for what comes next, and sends meanwhile what there is to be sent.
  package func receive(within milliseconds: Int) throws(Failure) -> Received {
    if !early.isEmpty {
      defer { early = [] }
      return .bytes(early)
    }
    try flush()
    let found = ccurl_wait(
      curl.raw, unsent.isEmpty ? 0 : 1, request.stopDescriptor ?? -1,
      Int32(clamping: milliseconds))
    if found & Int32(CCURL_STOPPED) != 0 { return .stopped }
    if found & Int32(CCURL_READS) != 0 { return try take() }
    return .nothing
  }

  private func take() throws(Failure) -> Received {
    var bytes = [UInt8](repeating: 0, count: Self.pieceBytes)
    var count = 0
    let code = ccurl_receive(curl.raw, &bytes, bytes.count, &count)
    if code == CURLE_AGAIN { return .nothing }
    guard code == CURLE_OK else { throw curl.failure(code, request) }
    if count == 0 { return .ended }
    bytes.removeLast(bytes.count - count)
    return .bytes(bytes)
  }

  /// As much as the connection takes now.
  private func flush() throws(Failure) {
    while !unsent.isEmpty {
      var count = 0
      let code = unsent.withUnsafeBytes {
        ccurl_send(curl.raw, $0.baseAddress, $0.count, &count)
      }
      if code == CURLE_AGAIN { return }
      // Who reads no more may still have something to say.
      guard code == CURLE_OK else { return unsent = [] }
      unsent = unsent.dropFirst(count)
    }
    guard endsSending else { return }
    endsSending = false
    ccurl_finish_sending(curl.raw)
  }
}

extension HTTPRequest {
  /// The request as it is sent where libcurl only connects.
  fileprivate var opening: [UInt8] {
    let place = url.drop { $0 != ":" }.dropFirst(3)
    let host = place.prefix { $0 != "/" }
    let path = place.dropFirst(host.count)
    var text = "\(method) \(path.isEmpty ? "/" : path) HTTP/1.1\r\nHost: \(host)\r\n"
    for header in headers { text += "\(header.name): \(header.value)\r\n" }
    return Array((text + "\r\n").utf8)
  }
}
