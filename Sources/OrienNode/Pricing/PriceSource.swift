import OrienHTTPClient
import OrienModel
import OrienSystem

/// Asks a server outside what a token costs, in the words of CoinGecko's. Belongs to the loop.
final class PriceSource {
  /// Without what may be a key in its address.
  let name: String
  private let question: Question
  private let courier: Courier

  private static let answerBytes = 64 << 10
  private static let saidBytes = 40

  private struct Question: Sendable {
    var name: String
    var url: String
    var ids: [String]
    var patience: Int
  }

  init(_ url: String, _ settings: PriceSettings, on loop: Loop) {
    name = WebAddress.origin(of: url)
    let base = WebAddress.base(of: url)
    let ids = settings.ids.map(\.percentEncoded).joined(separator: ",")
    question = Question(
      name: name, url: "\(base)/simple/price?ids=\(ids)&vs_currencies=usd", ids: settings.ids,
      patience: Int(clamping: settings.patience.milliseconds))
    courier = Courier("prices", on: loop)
  }

  /// Answers once, never before this returns.
  func ask(then answer: @escaping (Result<ExchangeRate, Failure>) -> Void) {
    courier.send(
      { [question] client, stop throws(Failure) in try Self.ask(question, client, stop) },
      then: answer)
  }

  private static func ask(
    _ question: Question, _ client: HTTPClient, _ stop: Int32
  ) throws(Failure) -> ExchangeRate {
    var request = HTTPRequest(
      "GET", question.url, headers: [HTTPHeader("Accept", "application/json")],
      stopDescriptor: stop)
    request.bounds.totalMilliseconds = question.patience
    request.bounds.connectMilliseconds = question.patience
    request.bounds.bodyBytes = answerBytes
    let response = try client.send(request, naming: question.name)
    guard response.isSuccess else {
      throw Failure(
        .unavailable, "price-refused", "\(question.name) answers \(response.status)")
    }
    return try rate(in: response.body, question)
  }

  /// The first in the order of the ids: what is no price above nothing is none.
  private static func rate(
    in body: [UInt8], _ question: Question
  ) throws(Failure) -> ExchangeRate {
    guard let json = try? JSON(parsingExactly: body), json.members != nil else {
      throw Failure(.unavailable, "price-unclear", "\(question.name) answers no JSON object")
    }
    var said: [String] = []
    for id in question.ids {
      let text = json[id]?["usd"]?.string
      if let rate = text.flatMap({ ExchangeRate($0) }) { return rate }
      said.append("\(id) \(text?.plain(atMost: saidBytes) ?? "nothing")")
    }
    throw Failure(
      .unavailable, "price-absurd",
      "\(question.name): expected a price above 0, got \(said.joined(separator: ", "))")
  }

  func close() { courier.close() }
}
