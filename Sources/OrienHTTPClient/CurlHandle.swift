internal import CCurl
internal import OrienModel

/// libcurl's handle of one connection at a time, and what each of its uses sets in the same way.
struct CurlHandle: ~Copyable {
  let raw: OpaquePointer
  private let proxy: String?

  /// Fails where this machine has no libcurl, or nothing left for it.
  init(proxy: String? = nil) throws(Failure) {
    if let fault = ccurl_load() {
      throw Failure(.unavailable, "no-libcurl", String(cString: fault))
    }
    guard let raw = ccurl_make() else {
      throw Failure(.unavailable, "no-libcurl", "libcurl does not find what it needs")
    }
    self.raw = raw
    self.proxy = proxy
  }

  deinit { ccurl_free(raw) }

  /// Where a request goes, and what ends it.
  func configure(_ request: HTTPRequest) {
    ccurl_reset(raw)
    set(CURLOPT_URL, text: request.url)
    set(CURLOPT_PROTOCOLS_STR, text: "http,https")
    set(CURLOPT_HTTP_VERSION, number: Int(CURL_HTTP_VERSION_1_1))
    set(CURLOPT_PROXY, text: proxy ?? "")
    if proxy != nil {
      // Of loopback too, which is the node's and not that of who asks; and for `http` as for `https`.
      set(CURLOPT_NOPROXY, text: "")
      set(CURLOPT_HTTPPROXYTUNNEL, number: 1)
    }
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
    if !request.isRepeatable { set(CURLOPT_FRESH_CONNECT, number: 1) }
    ccurl_set_stop(raw, request.stopDescriptor ?? -1)
    // Nobody waits for a name longer than for an answer. What is too old to know that does.
    _ = ccurl_set_long(raw, CURLOPT_QUICK_EXIT, 1)
  }

  /// Does what was set, to its end.
  func perform() -> CURLcode {
    let code = ccurl_begin(raw)
    return code == CURLE_OK ? ccurl_go_on(raw, -1) : code
  }

  func failure(_ code: CURLcode, _ request: HTTPRequest) -> Failure {
    let why = String(cString: ccurl_text(code))
    let place = request.unixSocketPath.map { "\(request.url) by \($0)" } ?? request.url
    switch code {
    case CURLE_URL_MALFORMAT:
      return Failure(.invalid, "bad-url", "'\(place)': \(why)")
    case CURLE_COULDNT_CONNECT where ccurl_lacks_descriptors(raw):
      return Failure(
        .unavailable, "no-descriptors",
        "cannot reach \(place): who asks has too many files open for another connection")
    case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST:
      return Failure(.unavailable, "no-connection", "cannot reach \(place): \(why)")
    case CURLE_ABORTED_BY_CALLBACK:
      return Failure(.cancelled, "stopped", "nobody waits for \(place) any more")
    case CURLE_OPERATION_TIMEDOUT:
      return Failure(.unavailable, "no-answer", "\(place) did not answer in time")
    default:
      return Failure(.unavailable, "broken-connection", "\(request.method) \(place): \(why)")
    }
  }

  // MARK: Options

  func set(_ option: CURLoption, number: Int) {
    ccurl_set_long(raw, option, number).mustSucceed()
  }
  func set(_ option: CURLoption, size: UInt64) {
    ccurl_set_size(raw, option, Int64(clamping: size)).mustSucceed()
  }
  func set(_ option: CURLoption, text: String) {
    ccurl_set_pointer(raw, option, text).mustSucceed()
  }
  func set(_ option: CURLoption, pointer: UnsafeRawPointer?) {
    ccurl_set_pointer(raw, option, pointer).mustSucceed()
  }
}

extension CURLcode {
  /// Our own choice of an option or of its value is wrong otherwise.
  func mustSucceed() {
    precondition(
      self == CURLE_OK, "libcurl knows the option: \(String(cString: ccurl_text(self)))")
  }
}
