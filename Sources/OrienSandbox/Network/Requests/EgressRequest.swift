/// What a program asks of the proxy, once.
struct EgressRequest: Equatable {
  let target: EgressTarget
  let form: Form

  enum Form: Equatable {
    /// Whatever either side sends (CONNECT of HTTP).
    case tunnel
    /// The same, asked for by SOCKS5.
    case socks
    /// One request of HTTP: its head as the target gets it, and what follows it.
    case forward(head: [UInt8], body: ForwardBody)
  }
}

/// How a program speaks to the proxy, and so how it is answered.
enum EgressSpeech: Equatable { case http, socksGreeting, socks }
