import OrienHTTPClient
package import OrienModel
package import OrienSystem

/// Tells a discovery server. Whatever that does, the loop waits for none of it.
package final class DiscoveryAdvertiser: Advertiser {
  /// The node's signature of a body, and the key by which it is checked.
  package struct Signer {
    package var publicKey: [UInt8]
    package var sign: ([UInt8]) -> [UInt8]

    package init(publicKey: [UInt8], sign: @escaping ([UInt8]) -> [UInt8]) {
      self.publicKey = publicKey
      self.sign = sign
    }
  }

  package let name: String
  private let base: String
  private let patience: Duration
  private let signer: Signer
  private let address: PublicAddress
  private let courier: Courier
  /// It has answered last time, and need not be asked whether it is there.
  private var isThere = false

  private static let answerBytes = 64 << 10
  private static let saidBytes = 200

  package init(
    _ url: String, patience: Duration, signing signer: Signer, as address: PublicAddress,
    on loop: Loop
  ) {
    base = WebAddress.base(of: url)
    name = WebAddress.origin(of: url)
    self.patience = patience
    self.signer = signer
    self.address = address
    courier = Courier("adverts", on: loop)
  }

  package func publish(_ advert: Advert, then answer: @escaping (Result<Void, Failure>) -> Void) {
    address.find(towards: base) { [self] result in
      switch result {
      case .failure(let failure): answer(.failure(failure))
      case .success(let host):
        send("POST", "", advert, body: Self.body(of: advert, at: host), then: answer)
      }
    }
  }

  package func withdraw(_ advert: Advert, then answer: @escaping (Result<Void, Failure>) -> Void) {
    // Signed too, and so something has to be said: an empty body's signature is everybody's.
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("provider_id", advert.provider)
      writer.field("withdrawn_at", Timestamp.now)
    }
    send(
      "DELETE", "/" + advert.provider.percentEncoded, advert, body: writer.bytes, then: answer)
  }

  private static func body(of advert: Advert, at host: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("ip_address", host)
      writer.field("country", advert.country)
      writer.field("platform", advert.platform)
      writer.write(resources: advert.size)
      writer.object("pricing") { writer in
        writer.write(prices: advert.usd, in: "usd")
        writer.write(prices: advert.glm, in: "glm")
      }
    }
    return writer.bytes
  }

  // MARK: Asking

  private struct Question: Sendable {
    var base: String
    var name: String
    var patience: Int
    var method: String
    var path: String
    var headers: [HTTPHeader]
    var body: [UInt8]
    var asksHealth: Bool
  }

  private func send(
    _ method: String, _ path: String, _ advert: Advert, body: [UInt8],
    then answer: @escaping (Result<Void, Failure>) -> Void
  ) {
    let headers = [
      HTTPHeader("Content-Type", "application/json"), HTTPHeader("Accept", "application/json"),
      HTTPHeader("X-Provider-ID", advert.provider),
      HTTPHeader("X-Provider-Signature", String(hex: signer.sign(body))),
      HTTPHeader("X-Provider-Key", String(hex: signer.publicKey)),
    ]
    let question = Question(
      base: base, name: name, patience: Int(clamping: patience.milliseconds), method: method,
      path: "/api/v1/advertisements" + path, headers: headers, body: body, asksHealth: !isThere)
    courier.send({ client, stop throws(Failure) in
      try Self.ask(question, client, stop)
    }) { [weak self] result in
      self?.isThere = (try? result.get()) != nil
      answer(result)
    }
  }

  private static func ask(
    _ question: Question, _ client: HTTPClient, _ stop: Int32
  ) throws(Failure) {
    if question.asksHealth {
      let health = try answer(
        HTTPRequest("GET", "\(question.base)/health"), question, client, stop)
      // One that has no such page may be well.
      guard health.isSuccess || health.isMissing else {
        throw refusal(of: health, question, .unavailable, "discovery-unhealthy")
      }
    }
    let request = HTTPRequest(
      question.method, question.base + question.path, headers: question.headers,
      body: .bytes(question.body))
    let response = try answer(request, question, client, stop)
    let isGone = question.method == "DELETE" && response.isMissing
    guard !response.isSuccess, !isGone else { return }
    if response.isLimited { throw refusal(of: response, question, .limited, "discovery-limited") }
    throw refusal(
      of: response, question, response.isRefusal ? .denied : .unavailable, "discovery-refused")
  }

  private static func answer(
    _ request: HTTPRequest, _ question: Question, _ client: HTTPClient, _ stop: Int32
  ) throws(Failure) -> HTTPResponse {
    var request = request
    request.stopDescriptor = stop
    request.bounds.totalMilliseconds = question.patience
    request.bounds.connectMilliseconds = min(question.patience, 10_000)
    request.bounds.bodyBytes = answerBytes
    return try client.send(request, naming: question.name)
  }

  /// With its code and what it says, where it says that as it should.
  private static func refusal(
    of response: HTTPResponse, _ question: Question, _ code: Failure.Code, _ reason: String
  ) -> Failure {
    let json = try? JSON(parsing: response.body)
    let error = json?["error"] ?? json?["detail"] ?? json
    let said = [error?["code"]?.string, error?["message"]?.string ?? error?.string]
      .compactMap { $0?.plain(atMost: saidBytes) }.joined(separator: " ")
    return Failure(
      code, reason, "\(question.name) answers \(response.status)" + (said.isEmpty ? "" : " \(said)")
    )
  }

  package func close() { courier.close() }
}
