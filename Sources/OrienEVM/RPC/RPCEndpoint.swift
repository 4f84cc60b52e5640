internal import OrienHTTPClient
package import OrienModel
package import OrienSystem

/// A server that speaks for a chain. One thread at a time uses it.
package final class RPCEndpoint {
  package struct Bounds: Sendable {
    package var connectMilliseconds = 5_000
    /// For all of a question, however many requests it is.
    package var totalMilliseconds = 15_000
    package var answerBytes = 8 << 20
    /// In one request; more calls are several requests.
    package var batchCalls = 100

    package init() {}
  }

  private let url: String
  private let client: HTTPClient
  private let bounds: Bounds
  /// Without the path and the user, which may be a key: for messages.
  package let name: String

  /// `proxy` is the way out of who has no other; nil: it is reached directly.
  package init(
    _ url: String, bounds: Bounds = Bounds(), proxy: String? = nil
  ) throws(Failure) {
    // Its own message would show the URL, and that may have a key in it.
    do { try HTTPRequest("POST", url).check() } catch {
      throw Failure(
        .invalid, "bad-url", "an endpoint of a chain: expected http://HOST or https://HOST")
    }
    self.url = url
    self.bounds = bounds
    name = WebAddress.origin(of: url)
    client = try HTTPClient(proxy: proxy)
  }

  /// Asks all of it in as few requests as the bounds allow. Each request begins with the question
  /// which chain this is, which costs no way of its own: an endpoint that speaks for another one, by
  /// then or by mistake, answers nothing that is listened to.
  package func ask(
    _ requests: [RPCRequest], onChain chainID: UInt64, until end: Instant? = nil
  ) throws(RPCFault) -> [Result<JSON, RPCFault>] {
    let own = Instant.now + .milliseconds(bounds.totalMilliseconds)
    let deadline = end.map { min($0, own) } ?? own
    var answers: [Result<JSON, RPCFault>] = []
    var rest = requests[...]
    repeat {
      let part = [RPCRequest("eth_chainId")] + rest.prefix(bounds.batchCalls)
      rest = rest.dropFirst(bounds.batchCalls)
      let given = try RPCBatch.answers(
        in: post(RPCBatch.body(of: part), until: deadline), to: part.count)
      let found = try RPCReading.small(try given[0].get(), "eth_chainId")
      guard found == chainID else { throw .wrongChain(found: found) }
      answers += given.dropFirst()
    } while !rest.isEmpty
    return answers
  }

  private func post(_ body: [UInt8], until deadline: Instant) throws(RPCFault) -> [UInt8] {
    let left = Int(clamping: deadline.since(.now).milliseconds)
    guard left > 0 else { throw .transport("\(name): no-answer") }
    var request = HTTPRequest(
      "POST", url,
      headers: [
        HTTPHeader("Content-Type", "application/json"), HTTPHeader("Accept", "application/json"),
      ], body: .bytes(body))
    request.bounds.connectMilliseconds = bounds.connectMilliseconds
    request.bounds.totalMilliseconds = left
    request.bounds.bodyBytes = bounds.answerBytes
    let response: HTTPResponse
    // The client's message has the URL in it, too.
    do { response = try client.send(request) } catch {
      throw .transport("\(name): \(error.reason)")
    }
    guard response.isSuccess else { throw .transport("\(name): HTTP status \(response.status)") }
    return response.body
  }
}
