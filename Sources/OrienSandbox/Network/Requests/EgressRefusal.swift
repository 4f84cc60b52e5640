/// Why a program gets no connection, and how it is told so in either speech.
enum EgressRefusal: Error, Equatable {
  /// It does not speak as it should.
  case malformed(String)
  case headTooLarge
  case headTooLate
  /// SOCKS5: no way to authenticate that is spoken here.
  case noMethod
  /// SOCKS5: another command than CONNECT.
  case noCommand
  /// SOCKS5: another kind of address than there are.
  case noAddressType
  /// Policy says no.
  case denied(EgressTarget, Reason)
  case unknownName(String)
  case unreachable(EgressTarget)
  case connectionRefused(EgressTarget)
  case unanswered(EgressTarget)
  /// The node has no room for it just now.
  case exhausted

  enum Reason: Equatable {
    case unnamed
    /// The name is allowed, and leads to what is not public.
    case notPublic
  }

  /// One line for whoever reads what the program was told. It names no address that the program
  /// has not named: what a name leads to inside is not its business.
  var line: String {
    switch self {
    case .malformed(let what): what
    case .headTooLarge: "a request's head is at most \(EgressOpening.headBytes) bytes"
    case .headTooLate: "the request's head has not come in time"
    case .noMethod: "only SOCKS5 without authentication is spoken here"
    case .noCommand: "only CONNECT of SOCKS5 is spoken here"
    case .noAddressType: "SOCKS5 has names, IPv4 and IPv6 addresses"
    case .denied(let target, .unnamed): "\(target) is not among what this tool may connect to"
    case .denied(let target, .notPublic): "\(target) leads to an address that is not public"
    case .unknownName(let name): "\(name) has no address"
    case .unreachable(let target): "\(target) cannot be reached"
    case .connectionRefused(let target): "\(target) refuses connections"
    case .unanswered(let target): "\(target) has not answered in time"
    case .exhausted: "the node has no room for another connection just now"
    }
  }

  /// The answer in the speech that the program began.
  func answer(in speech: EgressSpeech) -> [UInt8] {
    switch speech {
    case .http: httpAnswer
    case .socksGreeting: [5, 0xFF]
    case .socks: SOCKSMessage.reply(socksCode)
    }
  }

  private var httpAnswer: [UInt8] {
    let body = "orien: \(line)\n"
    let head =
      "HTTP/1.1 \(status)\r\nContent-Type: text/plain; charset=utf-8\r\n"
      + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
    return Array((head + body).utf8)
  }

  private var status: String {
    switch self {
    case .malformed, .noMethod, .noCommand, .noAddressType: "400 Bad Request"
    case .headTooLarge: "431 Request Header Fields Too Large"
    case .headTooLate: "408 Request Timeout"
    case .denied: "403 Forbidden"
    case .unknownName, .unreachable, .connectionRefused, .exhausted: "502 Bad Gateway"
    case .unanswered: "504 Gateway Timeout"
    }
  }

  /// RFC 1928, 6.
  private var socksCode: UInt8 {
    switch self {
    case .malformed, .headTooLarge, .headTooLate, .noMethod, .exhausted: 1
    case .denied: 2
    case .unknownName, .unreachable: 4
    case .connectionRefused: 5
    case .unanswered: 6
    case .noCommand: 7
    case .noAddressType: 8
    }
  }
}
