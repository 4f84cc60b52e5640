import OrienHTTPClient
import OrienModel
package import OrienSystem

/// By which address others reach this machine: as the operator says, else as a service outside says
/// that he has named, else the one from which this machine speaks to whoever is asked. Belongs to the
/// loop.
package final class PublicAddress {
  package struct Settings: Sendable {
    /// A numeric address or a name; nil: it is to be found out.
    package var host: String?
    /// URLs that answer with the address of who asks, as plain text. None is asked unless named here.
    package var services: [String] = []

    package init() {}
  }

  typealias Answer = (Result<String, Failure>) -> Void

  private let settings: Settings
  private let loop: Loop
  private let resolver: Resolver
  private let courier: Courier
  private var told: (text: String, until: Instant)?
  /// Those that wait for what the services say.
  private var waiting: [Answer] = []

  private static let heldFor = Duration.seconds(600)
  private static let patienceMilliseconds = 10_000
  private static let answerBytes = 256

  package init(_ settings: Settings, on loop: Loop) {
    self.settings = settings
    self.loop = loop
    resolver = Resolver(loop: loop)
    courier = Courier("address", on: loop)
  }

  /// Answers a numeric address, never before this returns. `url` is of whoever will be told it.
  func find(towards url: String, then answer: @escaping Answer) {
    if let host = settings.host {
      return resolve(host) { answer($0.map(\.hostText)) }
    }
    if !settings.services.isEmpty { return ask(then: answer) }
    resolve(WebAddress.host(of: url)) { result in
      answer(
        result.flatMap { other in
          guard let own = NetworkAddress.source(towards: other) else {
            return .failure(Self.unknown("no way leads from here to \(other.hostText)"))
          }
          return .success(own.hostText)
        })
    }
  }

  private func resolve(
    _ host: String, _ answer: @escaping (Result<NetworkAddress, Failure>) -> Void
  ) {
    if let address = NetworkAddress(hostText: host) {
      return loop.soon { answer(.success(address)) }
    }
    resolver.resolve(host) { result in
      switch result {
      case .success(let addresses): answer(.success(addresses[0]))
      case .failure(let why): answer(.failure(Self.unknown("\(host) has no address: \(why)")))
      }
    }
  }

  private func ask(then answer: @escaping Answer) {
    if let told, told.until > loop.now {
      return loop.soon { answer(.success(told.text)) }
    }
    waiting.append(answer)
    guard waiting.count == 1 else { return }
    let services = settings.services
    courier.send({ client, stop throws(Failure) in
      try Self.firstAnswer(of: services, client, stop)
    }) { [self] result in
      if case .success(let text) = result { told = (text, loop.now + Self.heldFor) }
      let answers = waiting
      waiting = []
      for answer in answers { answer(result) }
    }
  }

  private static func firstAnswer(
    of services: [String], _ client: HTTPClient, _ stop: Int32
  ) throws(Failure) -> String {
    var said: [String] = []
    for service in services {
      var request = HTTPRequest("GET", service, stopDescriptor: stop)
      request.bounds.totalMilliseconds = patienceMilliseconds
      request.bounds.bodyBytes = answerBytes
      do throws(Failure) {
        let response = try client.send(request)
        let text = String(decoding: response.body, as: UTF8.self)
          .split(whereSeparator: \.isWhitespace).first
        if response.isSuccess, let address = text.flatMap({ NetworkAddress(hostText: $0) }) {
          return address.hostText
        }
        said.append("\(WebAddress.origin(of: service)) says no address (\(response.status))")
      } catch {
        guard error.code != .cancelled else { throw error }
        said.append("\(WebAddress.origin(of: service)): \(error.reason)")
      }
    }
    throw unknown(said.joined(separator: "; "))
  }

  private static func unknown(_ why: String) -> Failure {
    Failure(
      .unavailable, "no-public-address",
      "by which address this machine is reached is not known: \(why) (PUBLIC_IP says it)")
  }

  func close() {
    courier.close()
    resolver.close()
  }
}
