internal import CCurl
package import OrienModel

/// Asks servers over HTTP/1.1 and waits for the answer, on libcurl.
///
/// One thread at a time uses a client; its last connection is kept for the next request. It follows
/// no redirect, asks no proxy but the one that it is told of, speaks `http` and `https` alone and
/// checks certificates, whatever the environment says: a key sent to one server never reaches
/// another. A status of 400 or 500 is an answer, not a failure.
package final class HTTPClient {
  private let curl: CurlHandle
  /// What was begun and is not answered yet.
  private var begun: Transfer?

  /// Fails where this machine has no libcurl. `proxy` (`http://HOST:PORT`) is for a plugin, which has
  /// no way out but the node's; it only passes on bytes.
  package init(proxy: String? = nil) throws(Failure) { curl = try CurlHandle(proxy: proxy) }

  /// How a plugin in a jail is told that the node passes on what its manifest allows; nil where the
  /// network is the machine's.
  package static var wayOut: String? { ccurl_environments_proxy().map { String(cString: $0) } }

  /// Sends the request and gathers the answer.
  package func send(_ request: HTTPRequest) throws(Failure) -> HTTPResponse {
    try perform(Transfer(request))
  }

  /// The same, where a failure's message has that name in place of the URL, which may have a key in
  /// it.
  package func send(
    _ request: HTTPRequest, naming name: String
  ) throws(Failure) -> HTTPResponse {
    do throws(Failure) { return try send(request) } catch {
      throw Failure(error.code, error.reason, "\(name): \(error.reason)")
    }
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
        return .success(try perform(Transfer(request, receive: receive)))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func perform(_ transfer: Transfer) throws(Failure) -> HTTPResponse {
    try begin(transfer)
    guard let response = try goOn(milliseconds: -1) else {
      preconditionFailure("without a bound it goes on to its end")
    }
    return response
  }

  // MARK: Beside other things

  /// Sends the request, in place of what was begun before, and waits for nothing: it goes on in
  /// `answer`.
  package func begin(_ request: HTTPRequest) throws(Failure) {
    try begin(Transfer(request))
  }

  /// The answer to what was begun; nil where there is none yet after so long.
  package func answer(within milliseconds: Int) throws(Failure) -> HTTPResponse? {
    try goOn(milliseconds: Int32(clamping: max(milliseconds, 0)))
  }

  private func begin(_ transfer: Transfer) throws(Failure) {
    begun = nil
    let request = transfer.request
    try request.check()
    curl.configure(request)
    // The body below may choose a method of its own accord; this one is what is sent.
    curl.set(CURLOPT_CUSTOMREQUEST, text: request.method)
    if request.method == "HEAD" { curl.set(CURLOPT_NOBODY, number: 1) }
    curl.set(CURLOPT_HTTPHEADER, pointer: transfer.lines)
    attach(transfer)
    setBody(request.body)
    let code = ccurl_begin(curl.raw)
    guard code == CURLE_OK else { throw curl.failure(code, request) }
    begun = transfer
  }

  private func goOn(milliseconds: Int32) throws(Failure) -> HTTPResponse? {
    guard let transfer = begun else {
      throw Failure(.cancelled, "stopped", "what was asked was given up for something else")
    }
    let code = ccurl_go_on(curl.raw, milliseconds)
    if code == CURLE_AGAIN { return nil }
    begun = nil
    if let failure = transfer.failure { throw failure }
    if code != CURLE_OK && !transfer.wasStopped { throw curl.failure(code, transfer.request) }
    return transfer.response(status: ccurl_status(curl.raw))
  }

  private func setBody(_ body: HTTPRequest.Body) {
    switch body {
    case .none: break
    case .bytes(let bytes):
      curl.set(CURLOPT_POSTFIELDSIZE_LARGE, size: UInt64(bytes.count))
      // It is copied, from an address also where it is empty: none would mean a reader.
      bytes.withUnsafeBytes { body in
        curl.set(CURLOPT_COPYPOSTFIELDS, pointer: body.baseAddress ?? UnsafeRawPointer(curl.raw))
      }
    case .stream(let bytes, _):
      curl.set(CURLOPT_UPLOAD, number: 1)
      curl.set(CURLOPT_INFILESIZE_LARGE, size: bytes)
    }
  }

  private func attach(_ transfer: Transfer) {
    let context = UnsafeRawPointer(Unmanaged.passUnretained(transfer).toOpaque())
    curl.set(CURLOPT_HEADERDATA, pointer: context)
    curl.set(CURLOPT_WRITEDATA, pointer: context)
    curl.set(CURLOPT_READDATA, pointer: context)
    ccurl_set_function(curl.raw, CURLOPT_HEADERFUNCTION) { data, _, count, context in
      Transfer.of(context).takeHeader(UnsafeRawBufferPointer(start: data, count: count))
        ? count : Transfer.stop
    }.mustSucceed()
    ccurl_set_function(curl.raw, CURLOPT_WRITEFUNCTION) { data, _, count, context in
      Transfer.of(context).takeBody(UnsafeRawBufferPointer(start: data, count: count))
        ? count : Transfer.stop
    }.mustSucceed()
    ccurl_set_function(curl.raw, CURLOPT_READFUNCTION) { data, size, count, context in
      let buffer = UnsafeMutableRawBufferPointer(start: data, count: size * count)
      return Transfer.of(context).giveBody(buffer) ?? Int(CURL_READFUNC_ABORT)
    }.mustSucceed()
  }
}
