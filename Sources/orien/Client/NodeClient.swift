import OrienHTTPClient
import OrienModel
import OrienSystem

/// A node, asked over its API. One thread at a time.
final class NodeClient {
  private let client: HTTPClient
  private let address: Address

  init(_ address: Address) throws(Failure) {
    self.address = address
    client = try HTTPClient()
  }

  /// Asks and reads the JSON that comes back. A refusal is a failure.
  func json(
    _ method: String = "GET", _ path: String, body: JSON? = nil, headers: [HTTPHeader] = [],
    patience: Duration? = nil, bytes: Int? = nil
  ) throws(Failure) -> JSON {
    let answer = try answer(method, path, body, headers, patience, bytes)
    return try reading { () throws(Failure) in try JSON(parsing: answer) }
  }

  /// The same where numbers may be longer than any of ours: each is a text in `json`, and as the node
  /// wrote it in `bytes`.
  func exactly(
    _ method: String = "GET", _ path: String, body: JSON? = nil, headers: [HTTPHeader] = [],
    patience: Duration? = nil
  ) throws(Failure) -> (json: JSON, bytes: [UInt8]) {
    let answer = try answer(method, path, body, headers, patience, nil)
    let json = try reading { () throws(Failure) in try JSON(parsingExactly: answer) }
    return (json, answer)
  }

  private func answer(
    _ method: String, _ path: String, _ body: JSON?, _ headers: [HTTPHeader],
    _ patience: Duration?, _ bytes: Int?
  ) throws(Failure) -> [UInt8] {
    var headers = headers
    var content = HTTPRequest.Body.none
    if let body {
      headers.append(HTTPHeader("Content-Type", "application/json"))
      content = .bytes(body.compact)
    }
    var request = request(method, path, headers, content)
    if let patience { request.bounds.totalMilliseconds = Int(patience.components.seconds) * 1000 }
    if let bytes { request.bounds.bodyBytes = bytes }
    let deadline = Instant.now + Self.startPatience
    while true {
      let response = try reaching { [request] () throws(Failure) in try client.send(request) }
      do throws(Failure) {
        try check(response)
        return response.body
      } catch {
        // It has done nothing of what was asked, and is about to be able to.
        guard error.reason == "starting", Instant.now < deadline else { throw error }
      }
      _ = Channel<Void>().receive(within: Self.startPause)
    }
  }

  private static let startPatience = Duration.seconds(20)
  private static let startPause = Duration.milliseconds(100)

  private func reading(_ read: () throws(Failure) -> JSON) throws(Failure) -> JSON {
    do throws(Failure) {
      return try read()
    } catch {
      throw Failure(
        .unavailable, "no-node", "\(address.url) answered what is no JSON: is it an Orien node?")
    }
  }

  /// Sends a file to a workspace.
  func upload(_ file: HostFile, to path: String) throws(Failure) {
    let body = HTTPRequest.Body.stream(
      bytes: UInt64(file.status.bytes)
    ) { (buffer) throws(Failure) in try file.read(into: buffer) }
    var request = request(
      "PUT", path, [HTTPHeader("Content-Type", "application/octet-stream")], body)
    request.bounds.totalMilliseconds = nil
    request.bounds.silenceMilliseconds = 60_000
    try check(try client.send(request))
  }

  /// Hands on the bytes of an answer that may take as long as it likes, until `receive` says false.
  func stream(
    _ path: String, accept: String,
    _ receive: (UnsafeRawBufferPointer) throws(Failure) -> Bool
  ) throws(Failure) {
    var request = request("GET", path, [HTTPHeader("Accept", accept)], .none)
    request.bounds.totalMilliseconds = nil
    try check(try client.send(request, receiving: receive))
  }

  private func request(
    _ method: String, _ path: String, _ headers: [HTTPHeader], _ body: HTTPRequest.Body
  ) -> HTTPRequest {
    let authorization = address.key.map { [HTTPHeader("Authorization", "Bearer \($0)")] } ?? []
    return HTTPRequest(method, address.url + path, headers: authorization + headers, body: body)
  }

  /// Tells who cannot reach a node how to have one.
  private func reaching(
    _ body: () throws(Failure) -> HTTPResponse
  ) throws(Failure) -> HTTPResponse {
    do throws(Failure) {
      return try body()
    } catch {
      guard error.isOfNoNode else { throw error }
      throw Failure(
        error.code, error.reason,
        "no node answers at \(address.url); start one by `orien serve`, or name it by --url")
    }
  }

  private func check(_ response: HTTPResponse) throws(Failure) {
    guard !response.isSuccess else { return }
    throw Failure(refusal: response, from: address.url)
  }
}

extension Failure {
  /// Nobody listens where a node would be.
  var isOfNoNode: Bool { reason == "no-connection" }

  /// What a node refused, in its own words: its error body has `detail`, `code` and `errors`.
  fileprivate init(refusal response: HTTPResponse, from url: String) {
    let body = try? JSON(parsing: response.body)
    let code: Code =
      switch response.status {
      case 401: .unauthenticated
      case 402: .unpaid
      case 403: .denied
      case 404: .notFound
      case 409: .conflict
      case 413: .tooLarge
      case 429: .limited
      case 503: .unavailable
      case 507: .full
      case 400..<500: .invalid
      default: .internal
      }
    // Where a route answers in another system's words, its faults stand where others have a text.
    let fields = (body?["detail"]?.array ?? []).compactMap { fault -> Fault? in
      guard let text = fault["msg"]?.string?.printable else { return nil }
      let place = (fault["loc"]?.array ?? []).dropFirst().map { $0.plain.printable }
      return Fault(place.joined(separator: "."), text)
    }
    var message =
      body?["detail"]?.string?.printable ?? fields.first.map { "\($0.pointer): \($0.message)" }
      ?? body?["error"]?.string?.printable ?? ""
    if message.isEmpty { message = "\(url) answered with status \(response.status)" }
    if code == .unauthenticated { message += "; give a key by --key-file or PROVIDER_API_KEY" }
    let faults = (body?["errors"]?.array ?? []).compactMap { fault -> Fault? in
      guard let text = fault["detail"]?.string else { return nil }
      return Fault(fault["pointer"]?.string?.printable ?? "", text.printable)
    }
    self.init(
      code, body?["code"]?.string ?? "refused", message, faults: fields.isEmpty ? faults : fields)
  }
}
