import OrienModel

/// Reads what a program says first, HTTP or SOCKS5, from bytes that come in any pieces: the same
/// bytes mean the same however they were cut.
///
/// Pure: it knows no socket and keeps no bytes. No input traps, and none is kept waiting for
/// beyond `headBytes`.
struct EgressOpening {
  static let headBytes = 16 << 10

  enum Step: Equatable {
    /// More is to come.
    case partial
    /// This is to be sent, the first `used` bytes are done with, and then it reads on.
    case answer([UInt8], used: Int)
    /// This is asked for; what comes after the first `used` bytes is for the target.
    case request(EgressRequest, used: Int)
  }

  /// Known from the first byte on.
  private(set) var speech = EgressSpeech.http
  private var hasBegun = false
  /// Bytes of a head of HTTP in which no end begins.
  private var scanned = 0

  /// `bytes` are all that came and are not done with.
  mutating func advance(_ bytes: [UInt8]) throws(EgressRefusal) -> Step {
    if !hasBegun {
      guard let first = bytes.first else { return .partial }
      hasBegun = true
      if first == SOCKSMessage.version {
        speech = .socksGreeting
      } else if !first.isASCIILetter {
        throw .malformed("HTTP and SOCKS5 are spoken here, and this is neither")
      }
    }
    switch speech {
    case .socksGreeting:
      guard let length = try SOCKSMessage.greeting(bytes) else { return .partial }
      speech = .socks
      return .answer(SOCKSMessage.acceptance, used: length)
    case .socks:
      guard let (target, length) = try SOCKSMessage.request(bytes) else { return .partial }
      return .request(EgressRequest(target: target, form: .socks), used: length)
    case .http:
      guard let length = headLength(bytes) else {
        guard bytes.count < Self.headBytes else { throw .headTooLarge }
        return .partial
      }
      guard length <= Self.headBytes else { throw .headTooLarge }
      return .request(try ProxyHead(Array(bytes[..<length])).request(), used: length)
    }
  }

  /// Up to and with the first empty line; nil where there is none yet.
  private mutating func headLength(_ bytes: [UInt8]) -> Int? {
    var index = scanned
    while index + 3 < bytes.count {
      if bytes[index] == 0x0D, bytes[index + 1] == 0x0A, bytes[index + 2] == 0x0D,
        bytes[index + 3] == 0x0A
      {
        return index + 4
      }
      index += 1
    }
    scanned = index
    return nil
  }
}
