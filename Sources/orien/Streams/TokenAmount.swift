import OrienModel

/// What streams pay in, as people call it.
enum Token: Hashable {
  /// The chain's own, of which gas is paid too.
  case ether
  case glm
  /// None that this node is paid in.
  case other(String)

  /// `glm` is the address that the node wants to be paid in.
  init(_ address: String, glm: String?) {
    if address == PaymentStream.nobody {
      self = .ether
    } else if let glm, address.lowercased() == glm.lowercased() {
      self = .glm
    } else {
      self = .other(address)
    }
  }

  var name: String {
    switch self {
    case .ether: "ETH"
    case .glm: "GLM"
    case .other(let address): "of \(address)"
    }
  }
}

/// An amount in a token's smallest unit, as people read it: all digits that matter, none rounded.
struct TokenAmount {
  /// Of ether as of GLM, and of most others.
  private static let decimals = 18

  let wei: UInt256
  let token: Token

  var number: String {
    let digits = wei.description
    let padded = String(repeating: "0", count: max(0, Self.decimals + 1 - digits.count)) + digits
    let whole = padded.dropLast(Self.decimals)
    let zeros = padded.suffix(Self.decimals).reversed().prefix { $0 == "0" }.count
    let rest = padded.suffix(Self.decimals).dropLast(zeros)
    return rest.isEmpty ? String(whole) : "\(whole).\(rest)"
  }

  var text: String { "\(number) \(token.name)" }
}

extension UInt64 {
  /// A time in seconds in words, of which the two largest count: `2 days 3 hours`.
  var wordsOfTime: String {
    let units: [(name: String, seconds: UInt64)] = [
      ("year", 31_536_000), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1),
    ]
    guard self > 0 else { return "none" }
    guard self < 100 * units[0].seconds else { return "more than 100 years" }
    let first = units.firstIndex { self >= $0.seconds } ?? units.endIndex - 1
    var rest = self
    let parts = units[first...].prefix(2).compactMap { unit -> String? in
      let (count, left) = rest.quotientAndRemainder(dividingBy: unit.seconds)
      rest = left
      return count == 0 ? nil : "\(count) \(unit.name)\(count == 1 ? "" : "s")"
    }
    return parts.joined(separator: " ")
  }
}
