import OrienHTTPClient
import OrienModel
import OrienSystem

/// Asks a faucet for an address, after the captcha that stands before it. Both are strangers': how long
/// they may take together, how much they may say and how much work they may want is bounded here. One
/// thread at a time.
final class FaucetClient {
  private let client: HTTPClient
  private let place: FaucetPlace
  private let deadline: Instant

  /// For all of it.
  static let patience = Duration.seconds(60)
  /// For the balance, without which there is a faucet all the same.
  private static let balancePatience = Duration.seconds(10)
  private static let answerBytes = 256 << 10
  private static let tokenBytes = 4096
  private static let nameBytes = 128
  private static let saidBytes = 200

  init(_ place: FaucetPlace, within patience: Duration = FaucetClient.patience) throws(Failure) {
    self.place = place
    client = try HTTPClient()
    deadline = .now + patience
  }

  /// What an address has, as an endpoint of its chain says; in wei.
  func balance(of address: String, at url: String) throws(Failure) -> UInt256 {
    let answer = try post(
      url,
      [
        .init("jsonrpc", .string("2.0")), .init("id", .integer(1)),
        .init("method", .string("eth_getBalance")),
        .init("params", .array([.string(address), .string("latest")])),
      ], within: Self.balancePatience)
    guard let balance = answer["result"]?.string.flatMap({ UInt256(quantity: $0) }) else {
      throw Self.unclear(url, "a balance")
    }
    return balance
  }

  /// The name of the transaction that the faucet has sent. `tell` hears how far the work is.
  func ask(for address: String, _ tell: (String) -> Void) throws(Failure) -> String {
    let captcha = "\(place.captcha)/\(place.key.percentEncoded)/api"
    tell("asking for a challenge")
    let challenge = try post(captcha + "/challenge", [])
    guard let pairs = challenge["challenge"] else { throw Self.unclear(captcha, "a challenge") }
    let token = try token(in: challenge, captcha)
    let work = try ProofOfWork(pairs)
    let solutions = try work.solve(until: deadline) { done in
      tell("solving the captcha, \(done) of \(work.puzzles.count)")
    }
    tell("asking the faucet")
    let redeemed = try post(
      captcha + "/redeem",
      [
        .init("token", .string(token)), .init("solutions", .array(solutions.map(\.json))),
      ])
    let pass = try self.token(in: redeemed, captcha)
    let url = place.url + "/api/faucet"
    let answer = try post(
      url, [.init("address", .string(address)), .init("captchaToken", .string(pass))])
    let names = ["txHash", "tx", "hash"].compactMap { answer[$0]?.string }
    guard let name = names.first, (1...Self.nameBytes).contains(name.utf8.count) else {
      throw Self.unclear(url, "a transaction")
    }
    return name
  }

  private func token(in answer: JSON, _ url: String) throws(Failure) -> String {
    guard let token = answer["token"]?.string, (1...Self.tokenBytes).contains(token.utf8.count)
    else { throw Self.unclear(url, "a token of at most \(Self.tokenBytes) bytes") }
    return token
  }

  // MARK: Asking

  private func post(
    _ url: String, _ members: [JSON.Member], within patience: Duration = FaucetClient.patience
  ) throws(Failure) -> JSON {
    let origin = WebAddress.origin(of: url)
    let left = min(
      Int(clamping: deadline.since(.now).milliseconds), Int(clamping: patience.milliseconds))
    guard left > 0 else {
      throw Failure(.unavailable, "faucet-slow", "\(origin): no time was left to ask")
    }
    var request = HTTPRequest(
      "POST", url,
      headers: [
        HTTPHeader("Content-Type", "application/json"), HTTPHeader("Accept", "application/json"),
      ], body: .bytes(JSON.object(members).compact))
    // What it gave once it may not give again.
    request.isRepeatable = false
    request.bounds.totalMilliseconds = left
    request.bounds.bodyBytes = Self.answerBytes
    let response = try client.send(request, naming: origin)
    let json = try? JSON(parsing: response.body)
    guard response.isSuccess else {
      let said = (json?["message"] ?? json?["error"] ?? json?["detail"])?.string ?? ""
      let words = said.isEmpty ? "" : ": \(String(said.prefix(Self.saidBytes)).printable)"
      throw Failure(
        response.isLimited ? .limited : .unavailable, "faucet-refused",
        "\(origin) answers \(response.status)\(words)")
    }
    guard let json, json.members != nil else { throw Self.unclear(url, "an object of JSON") }
    return json
  }

  private static func unclear(_ url: String, _ expected: String) -> Failure {
    Failure(
      .unavailable, "faucet-unclear",
      "\(WebAddress.origin(of: url)): expected \(expected), and got something else")
  }
}
