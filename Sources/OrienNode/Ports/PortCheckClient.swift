import OrienHTTPClient
import OrienModel
import OrienSystem

/// One port checker, as `orien port-check serve` and the servers of its kind speak. Belongs to the
/// loop; waits nowhere.
final class PortCheckClient {
  /// For people, and for `verified_by`.
  let name: String
  let url: String
  private let patience: Duration
  private let courier: Courier

  enum Verdict: Sendable, Equatable {
    case reached
    case unreached(String)
  }

  /// Of those ports of which it has said anything.
  typealias Verdicts = [UInt16: Verdict]

  private static let answerBytes = 1 << 20
  private static let errorBytes = 200

  init(_ url: String, _ number: Int, patience: Duration, on loop: Loop) {
    self.url = url
    self.patience = patience
    name = WebAddress.origin(of: url)
    courier = Courier("ports-\(number)", on: loop)
  }

  /// Asks for ports of that address. Whatever is a success of HTTP is an answer, whether any port is
  /// reached or not.
  func check(
    _ ports: [UInt16], of address: String,
    then answer: @escaping (Result<Verdicts, Failure>) -> Void
  ) {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("provider_ip", address)
      writer.array("ports") { writer in for port in ports { writer.write(Int64(port)) } }
    }
    let (body, name, patience) = (writer.bytes, name, Int(clamping: patience.milliseconds))
    let target = WebAddress.base(of: url) + "/check-ports"
    courier.send(
      { client, stop throws(Failure) in
        var request = HTTPRequest(
          "POST", target,
          headers: [
            HTTPHeader("Content-Type", "application/json"),
            HTTPHeader("Accept", "application/json"),
          ], body: .bytes(body), stopDescriptor: stop)
        request.bounds.totalMilliseconds = patience
        request.bounds.connectMilliseconds = min(patience, 10_000)
        request.bounds.bodyBytes = Self.answerBytes
        return try Self.verdicts(in: client.send(request, naming: name), on: ports, name)
      }, then: answer)
  }

  /// What it says of ports that nobody has asked for is nothing to us.
  private static func verdicts(
    in response: HTTPResponse, on ports: [UInt16], _ name: String
  ) throws(Failure) -> Verdicts {
    let json = try? JSON(parsing: response.body)
    guard response.isSuccess else {
      let said = json?["detail"]?.string ?? json?["message"]?.string ?? ""
      throw Failure(
        .unavailable, "checker-refused",
        "\(name) answers \(response.status) \(said.plain(atMost: errorBytes))")
    }
    guard let results = json?["results"], results.members != nil else {
      throw Failure(.unavailable, "checker-garbled", "\(name) answers without results")
    }
    var verdicts: Verdicts = [:]
    for port in ports {
      guard let result = results["\(port)"], let isAccessible = result["accessible"]?.bool else {
        continue
      }
      let error = result["error"]?.string ?? "not reached"
      verdicts[port] = isAccessible ? .reached : .unreached(error.plain(atMost: errorBytes))
    }
    return verdicts
  }

  func close() { courier.close() }
}

extension String {
  /// What a stranger has said, fit for a line: without control characters, and cut.
  func plain(atMost count: Int) -> String {
    let scalars = unicodeScalars.lazy.filter { $0.value >= 0x20 && $0.value != 0x7F }
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars.prefix(count))
    return text
  }
}
