internal import CCurl
package import OrienModel

/// Asks servers over HTTP/1.1 and waits for the answer, on libcurl.
///
/// One thread at a time uses a client; its connections are kept for the next request. It follows
/// no redirect, asks no proxy, speaks `http` and `https` alone and checks certificates, whatever
/// the environment says: a key sent to one server never reaches another. A status of 400 or 500
/// is an answer, not a failure.
package final class HTTPClient {
  private let curl: UnsafeMutableRawPointer

  /// Fails where this machine has no libcurl.
  package init() throws(Failure) {
    if let fault = ccurl_load() {
      throw Failure(.unavailable, "no-libcurl", String(cString: fault))
    }
    guard let curl = ccurl_make() else { preconditionFailure("libcurl has memory") }
    self.curl = curl
  }

  deinit { ccurl_free(curl) }

  /// Sends the request and gathers the answer.
  package func send(_ request: HTTPRequest) throws(Failure) -> HTTPResponse {
    try perform(Transfer(request), request)
  }

  /// Sends the request and hands on the answer's body as it comes, so long as `receive` says true.
  ///
  /// Only a success is handed on: the body of any other status is gathered, as `send` does.
  package func send(
    _ request: HTTPRequest,
    receiving receive: (UnsafeRawBufferPointer) throws(Failure) -> Bool
  ) throws(Failure) -> HTTPResponse {
    let result: Result<HTTPResponse, Failure> = withoutActuallyEscaping(receive) { receive in
      do throws(Failure) {
        return .success(try perform(Transfer(request, receive: receive), request))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func perform(
    _ transfer: Transfer, _ request: HTTPRequest
  ) throws(Failure) -> HTTPResponse {
    try request.check()
    ccurl_reset(curl)
    var lines: UnsafeMutablePointer<curl_slist>?
    defer { ccurl_free_list(lines) }
    for header in request.headers { lines = ccurl_append(lines, header.line) }
    if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
      // libcurl would call any body a form.
      lines = ccurl_append(lines, "Content-Type:")
    }

    configure(request)
    set(CURLOPT_HTTPHEADER, pointer: lines)
    return try withExtendedLifetime(transfer) { () throws(Failure) in
      attach(transfer)
      setBody(request.body)
      let code = ccurl_perform(curl)
      if let failure = transfer.failure { throw failure }
      if code != CURLE_OK && !transfer.wasStopped { throw failure(code, request) }
      return transfer.response(status: ccurl_status(curl))
    }
  }

  private func configure(_ request: HTTPRequest) {
    set(CURLOPT_URL, text: request.url)
    set(CURLOPT_PROTOCOLS_STR, text: "http,https")
    set(CURLOPT_HTTP_VERSION, number: Int(CURL_HTTP_VERSION_1_1))
    set(CURLOPT_PROXY, text: "")
    set(CURLOPT_NOSIGNAL, number: 1)
    // A machine that went away says nothing, and some answers may be silent for long.
    set(CURLOPT_TCP_KEEPALIVE, number: 1)
    set(CURLOPT_CONNECTTIMEOUT_MS, number: request.bounds.connectMilliseconds)
    if let total = request.bounds.totalMilliseconds { set(CURLOPT_TIMEOUT_MS, number: total) }
    if let silence = request.bounds.silenceMilliseconds {
      set(CURLOPT_LOW_SPEED_LIMIT, number: 1)
      set(CURLOPT_LOW_SPEED_TIME, number: max(1, silence / 1000))
    }
    if let path = request.unixSocketPath { set(CURLOPT_UNIX_SOCKET_PATH, text: path) }
    // The body below may choose a method of its own accord; this one is what is sent.
    set(CURLOPT_CUSTOMREQUEST, text: request.method)
    if request.method == "HEAD" { set(CURLOPT_NOBODY, number: 1) }
  }

  private func setBody(_ body: HTTPRequest.Body) {
    switch body {
    case .none: break
    case .bytes(let bytes):
      set(CURLOPT_POSTFIELDSIZE_LARGE, size: UInt64(bytes.count))
      // It is copied, from an address also where it is empty: none would mean a reader.
      bytes.withUnsafeBytes { body in
        set(CURLOPT_COPYPOSTFIELDS, pointer: body.baseAddress ?? UnsafeRawPointer(curl))
      }
    case .stream(let bytes, _):
      set(CURLOPT_UPLOAD, number: 1)
      set(CURLOPT_INFILESIZE_LARGE, size: bytes)
    }
  }

  private func attach(_ transfer: Transfer) {
    let context = UnsafeRawPointer(Unmanaged.passUnretained(transfer).toOpaque())
    set(CURLOPT_HEADERDATA, pointer: context)
    set(CURLOPT_WRITEDATA, pointer: context)
    set(CURLOPT_READDATA, pointer: context)
    ccurl_set_function(curl, CURLOPT_HEADERFUNCTION) { data, _, count, context in
      Transfer.of(context).takeHeader(UnsafeRawBufferPointer(start: data, count: count))
        ? count : Transfer.stop
    }.mustSucceed()
    ccurl_set_function(curl, CURLOPT_WRITEFUNCTION) { data, _, count, context in
      Transfer.of(context).takeBody(UnsafeRawBufferPointer(start: data, count: count))
        ? count : Transfer.stop
    }.mustSucceed()
    ccurl_set_function(curl, CURLOPT_READFUNCTION) { data, size, count, context in
      let buffer = UnsafeMutableRawBufferPointer(start: data, count: size * count)
      return Transfer.of(context).giveBody(buffer) ?? Int(CURL_READFUNC_ABORT)
    }.mustSucceed()
  }

  private func failure(_ code: CURLcode, _ request: HTTPRequest) -> Failure {
    let why = String(cString: ccurl_text(code))
    let place = request.unixSocketPath.map { "\(request.url) by \($0)" } ?? request.url
    switch code {
    case CURLE_URL_MALFORMAT:
      return Failure(.invalid, "bad-url", "'\(place)': \(why)")
    case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST:
      return Failure(.unavailable, "no-connection", "cannot reach \(place): \(why)")
    case CURLE_OPERATION_TIMEDOUT:
      return Failure(.unavailable, "no-answer", "\(place) did not answer in time")
    default:
      return Failure(.unavailable, "broken-connection", "\(request.method) \(place): \(why)")
    }
  }

  // MARK: Options

  private func set(_ option: CURLoption, number: Int) {
    ccurl_set_long(curl, option, number).mustSucceed()
  }
  private func set(_ option: CURLoption, size: UInt64) {
    ccurl_set_size(curl, option, Int64(clamping: size)).mustSucceed()
  }
  private func set(_ option: CURLoption, text: String) {
    ccurl_set_pointer(curl, option, text).mustSucceed()
  }
  private func set(_ option: CURLoption, pointer: UnsafeRawPointer?) {
    ccurl_set_pointer(curl, option, pointer).mustSucceed()
  }
}

extension CURLcode {
  /// Our own choice of an option or of its value is wrong otherwise.
  fileprivate func mustSucceed() {
    precondition(
      self == CURLE_OK, "libcurl knows the option: \(String(cString: ccurl_text(self)))")
  }
}

extension HTTPHeader {
  /// As libcurl wants it, which would leave out a header without a value.
  fileprivate var line: String { value.isEmpty ? name + ";" : name + ": " + value }
}
