import OrienHTTPClient
package import OrienModel
package import OrienSystem

/// Passes requests on to providers that a discovery server knows, for those who cannot ask them by
/// themselves, such as a page that came over HTTPS. Belongs to the loop; waits nowhere.
package final class ProviderRelay {
  package struct Settings: Sendable {
    /// The discovery server that says where providers are.
    package var discovery: String
    package var connectPatience = Duration.seconds(5)
    /// For all of it: to learn where the provider is, too.
    package var patience = Duration.seconds(10)
    package var answerBytes = 2 << 20
    package var atOnce = 16

    package init(discovery: String) { self.discovery = discovery }
  }

  package struct Question: Sendable {
    package var provider: String
    package var port: UInt16
    package var method: String
    /// Decoded, from its first slash on.
    package var path: String
    package var query: [(name: String, value: String)]
    package var fields: [(name: String, value: String)]
    package var body: [UInt8]

    package init(
      provider: String, port: UInt16, method: String, path: String,
      query: [(name: String, value: String)], fields: [(name: String, value: String)],
      body: [UInt8]
    ) {
      self.provider = provider
      self.port = port
      self.method = method
      self.path = path
      self.query = query
      self.fields = fields
      self.body = body
    }
  }

  package struct Answer: Sendable {
    package var status: Int
    package var fields: [(name: String, value: String)]
    package var body: [UInt8]
  }

  package enum Outcome {
    case answered(Answer)
    /// The discovery server knows no such provider.
    case unknown
    /// Nobody is to be sent where it is.
    case forbidden(Failure)
    /// The discovery server or the provider could not be asked, or answered nothing that can be
    /// passed on.
    case broken(Failure)
    case late(Failure)
    /// As much as may be is under way.
    case busy
  }

  private struct Place {
    var address: NetworkAddress
    var until: Instant
  }

  private let settings: Settings
  private let loop: Loop
  private var couriers: [Courier] = []
  private var idle: [Courier] = []
  /// By the provider: where it was a moment ago.
  private var places: [String: Place] = [:]

  private static let advertBytes = 64 << 10
  private static let placesAtMost = 1024
  private static let heldFor = Duration.seconds(60)

  package init(_ settings: Settings, on loop: Loop) {
    self.settings = settings
    self.loop = loop
  }

  /// `objection` says why nobody is to be sent to an address, if so. Answers once, never before this
  /// returns.
  package func pass(
    _ question: Question, unless objection: @escaping (NetworkAddress) -> Failure?,
    then answer: @escaping (Outcome) -> Void
  ) {
    guard let courier = courier() else { return loop.soon { answer(.busy) } }
    let end = loop.now + settings.patience
    let finish = { [self] (outcome: Outcome) in
      idle.append(courier)
      answer(outcome)
    }
    find(question.provider, by: courier, until: end) { [self] found in
      switch found {
      case .failure(let failure): finish(outcome(of: failure))
      case .success(nil): finish(.unknown)
      case .success(let address?):
        if let failure = objection(address) { return finish(.forbidden(failure)) }
        send(question, to: address, by: courier, until: end) { [self] result in
          switch result {
          case .success(let answer): finish(.answered(answer))
          case .failure(let failure):
            // It may have moved.
            places[question.provider] = nil
            finish(outcome(of: failure))
          }
        }
      }
    }
  }

  private func outcome(of failure: Failure) -> Outcome {
    failure.reason == "no-answer" ? .late(failure) : .broken(failure)
  }

  private func courier() -> Courier? {
    if let courier = idle.popLast() { return courier }
    guard couriers.count < settings.atOnce else { return nil }
    let courier = Courier("relay-\(couriers.count)", on: loop)
    couriers.append(courier)
    return courier
  }

  // MARK: Where it is

  /// Nil: nobody knows it.
  private func find(
    _ provider: String, by courier: Courier, until end: Instant,
    then answer: @escaping (Result<NetworkAddress?, Failure>) -> Void
  ) {
    if let place = places[provider], place.until > loop.now {
      return loop.soon { answer(.success(place.address)) }
    }
    let url =
      WebAddress.base(of: settings.discovery) + "/api/v1/advertisements/"
      + provider.percentEncoded
    let bounds = bounds(of: Self.advertBytes)
    courier.send({ client, stop throws(Failure) in
      var request = HTTPRequest(
        "GET", url, headers: [HTTPHeader("Accept", "application/json")], stopDescriptor: stop)
      request.bounds = bounds
      return try Self.address(in: Self.ask(request, client, "the discovery server", until: end))
    }) { [self] (result: Result<NetworkAddress?, Failure>) in
      if case .success(let address?) = result {
        if places.count >= Self.placesAtMost { places = [:] }
        places[provider] = Place(address: address, until: loop.now + Self.heldFor)
      }
      answer(result)
    }
  }

  private static func address(in response: HTTPResponse) throws(Failure) -> NetworkAddress? {
    if response.isMissing { return nil }
    guard response.isSuccess else {
      throw Failure(
        .unavailable, "discovery-refused", "the discovery server answers \(response.status)")
    }
    let text = (try? JSON(parsing: response.body))?["ip_address"]?.string
    guard let address = text.flatMap({ NetworkAddress(hostText: $0) }) else {
      throw Failure(
        .unavailable, "no-address", "the discovery server says no address of that provider")
    }
    return address
  }

  // MARK: Asking

  private func send(
    _ question: Question, to address: NetworkAddress, by courier: Courier, until end: Instant,
    then answer: @escaping (Result<Answer, Failure>) -> Void
  ) {
    let bounds = bounds(of: settings.answerBytes)
    courier.send(
      { client, stop throws(Failure) in
        var request = HTTPRequest(
          question.method, question.url(at: address),
          headers: question.fields.map { HTTPHeader($0.name, $0.value) },
          body: question.body.isEmpty ? .none : .bytes(question.body), stopDescriptor: stop)
        request.bounds = bounds
        request.isRepeatable = question.method == "GET" || question.method == "HEAD"
        let response = try Self.ask(request, client, "the provider", until: end)
        return Answer(
          status: response.status, fields: response.headers.map { ($0.name, $0.value) },
          body: response.body)
      }, then: answer)
  }

  private func bounds(of bytes: Int) -> HTTPRequest.Bounds {
    var bounds = HTTPRequest.Bounds()
    bounds.connectMilliseconds = Int(clamping: settings.connectPatience.milliseconds)
    bounds.bodyBytes = bytes
    return bounds
  }

  private static func ask(
    _ request: HTTPRequest, _ client: HTTPClient, _ whom: String, until end: Instant
  ) throws(Failure) -> HTTPResponse {
    var request = request
    // libcurl takes 0 for no bound at all.
    request.bounds.totalMilliseconds = max(1, Int(clamping: end.since(.now).milliseconds))
    return try client.send(request, naming: whom)
  }

  /// Ends what is under way.
  package func close() {
    for courier in couriers { courier.close() }
  }
}

extension ProviderRelay.Question {
  fileprivate func url(at address: NetworkAddress) -> String {
    var place = address
    place.port = port
    let segments = path.split(separator: "/", omittingEmptySubsequences: false)
    let pairs = query.map { "\($0.name.percentEncoded)=\($0.value.percentEncoded)" }
    return "\(port == 443 ? "https" : "http")://\(place)"
      + segments.map { String($0).percentEncoded }.joined(separator: "/")
      + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
  }
}
