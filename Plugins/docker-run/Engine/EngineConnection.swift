internal import OrienHTTPClient
internal import OrienKit

/// Asks an engine, each time within a bound of time and of size. Of one thread.
final class EngineConnection {
  private static let answerBytes = 4 << 20

  let engine: Engine
  private let client: HTTPClient
  private let stop: Int32?

  init(_ engine: Engine, stop: Int32?) throws(Failure) {
    self.engine = engine
    self.stop = stop
    do { client = try HTTPClient(proxy: engine.address.proxy) } catch { throw Self.failure(error) }
  }

  struct Answer {
    let response: HTTPResponse
    /// Null where it is no JSON.
    let body: JSON

    init(_ response: HTTPResponse) {
      self.response = response
      body = (response.body.isEmpty ? nil : try? JSON(parsing: response.body)) ?? .null
    }

    var isSuccess: Bool { response.isSuccess }
    /// What an engine says of a failure.
    var message: String { body["message"]?.string ?? "status \(response.status)" }

    func failure(_ doing: String) -> Failure {
      Failure(.unavailable, "\(doing): the engine says: \(message)", reason: "engine-failed")
    }
  }

  /// `path` begins behind the version. Throws where there is no answer; any status is one.
  func ask(
    _ method: String, _ path: String, _ body: JSON? = nil, within milliseconds: Int = 10_000
  ) throws(Failure) -> Answer {
    var request = request(method, try prefix(within: milliseconds) + path, within: milliseconds)
    if let body {
      request.headers.append(HTTPHeader("Content-Type", "application/json"))
      request.body = .bytes(Array(body.text.utf8))
    } else if method == "POST" {
      request.body = .bytes([])
    }
    return try send(request)
  }

  func send(_ request: HTTPRequest) throws(Failure) -> Answer {
    Answer(try exchange(request))
  }

  func exchange(_ request: HTTPRequest) throws(Failure) -> HTTPResponse {
    do {
      return try client.send(request)
    } catch {
      engine.forget()
      throw Self.failure(error)
    }
  }

  /// Asks, and waits for nothing: also where no version is agreed on, for to agree is to wait. What was
  /// asked so before is given up.
  func begin(_ path: String, within milliseconds: Int) throws(Failure) {
    let request = request("GET", (engine.agreed ?? "") + path, within: milliseconds)
    do { try client.begin(request) } catch { throw Self.failure(error) }
  }

  /// The answer to what was begun; nil where there is none yet after so long.
  func answer(within milliseconds: Int) throws(Failure) -> Answer? {
    do { return try client.answer(within: milliseconds).map(Answer.init) } catch {
      throw Self.failure(error)
    }
  }

  /// Whether it answers; and which version of the API is spoken from here on.
  func ping(within milliseconds: Int) throws(Failure) {
    let answer = try send(request("GET", "/_ping", within: milliseconds))
    guard answer.isSuccess else { throw answer.failure("asking whether it is there") }
    _ = try engine.agree(on: answer.response.header("Api-Version"))
  }

  /// A stream that the engine gives over to both sides.
  func stream(_ path: String, within milliseconds: Int) throws(Failure) -> HTTPStream {
    var request = request("POST", try prefix(within: milliseconds) + path, within: milliseconds)
    request.headers = [HTTPHeader("Connection", "Upgrade"), HTTPHeader("Upgrade", "tcp")]
    let opened: HTTPStream.Opened
    do { opened = try HTTPStream.open(request, proxy: engine.address.proxy) } catch {
      throw Self.failure(error)
    }
    switch opened {
    case .stream(let stream): return stream
    case .refused(let response): throw Answer(response).startFailure("attaching to a container")
    }
  }

  func request(_ method: String, _ path: String, within milliseconds: Int) -> HTTPRequest {
    var bounds = HTTPRequest.Bounds()
    bounds.connectMilliseconds = min(milliseconds, 2000)
    bounds.totalMilliseconds = milliseconds
    bounds.bodyBytes = Self.answerBytes
    var request = HTTPRequest(
      method, engine.address.base + path, unixSocketPath: engine.address.socket, bounds: bounds,
      stopDescriptor: stop)
    // Nothing is made or started twice, whatever became of the first answer.
    request.isRepeatable = method != "POST"
    return request
  }

  func prefix(within milliseconds: Int) throws(Failure) -> String {
    if engine.agreed == nil { try ping(within: min(milliseconds, 3000)) }
    return engine.agreed ?? ""
  }

  /// In place of the transport's, which says nothing of engines.
  private static func failure(_ error: any Error) -> Failure {
    guard let (reason, message) = HTTPClient.told(of: error) else {
      return Failure(.internal, "\(error)")
    }
    switch reason {
    case "stopped": return Failure(.cancelled, "the call was cancelled")
    case "no-connection":
      return Failure(
        .unavailable, "the container engine is away: \(message)", reason: "engine-away")
    case "no-descriptors":
      return Failure(
        .unavailable, "\(message): WORKER_OPEN_FILES is how many it may have", reason: reason)
    case "no-answer":
      return Failure(
        .unavailable, "the container engine does not answer: \(message)", reason: "engine-silent")
    default:
      return Failure(
        .unavailable, "the container engine broke off: \(message)", reason: "engine-broke-off")
    }
  }
}
