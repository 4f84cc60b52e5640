/// A public key as OpenSSH writes it: its kind, its bytes, and whose it is.
///
/// A line that opens with options, such as a command, is none: what a key may do is not for whoever
/// brings it to say.
package struct AuthorizedKey: Sendable, Equatable {
  /// `ssh-ed25519 AAAA... somebody@somewhere`, without blanks around it.
  package let line: String

  /// The kinds that OpenSSH takes today. What it has given up, such as DSA, is refused here, and not
  /// by a machine that has been made and paid for.
  private static let kinds = [
    "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
  ]

  package init(_ text: String) throws(CloudInitFault) {
    let line = text.trimmed
    guard !line.unicodeScalars.contains(where: \.breaksLines) else {
      throw CloudInitFault("a public key is one line without control characters")
    }
    guard !line.hasPrefix("-----BEGIN") else {
      throw CloudInitFault(
        "this is a private key, which nobody should have been given: send the "
          + "line of the file that ends in .pub")
    }
    let words = line.split(separator: " ", maxSplits: 2)
    guard words.count >= 2, Self.kinds.contains(String(words[0])) else {
      throw CloudInitFault(
        "expected a public key of OpenSSH's, such as ssh-ed25519 AAAA...; it can take "
          + Self.kinds.joined(separator: ", "))
    }
    guard Self.names(words[0], words[1]) else {
      throw CloudInitFault("what follows \(words[0]) is not the base64 of a key of that kind")
    }
    self.line = line
  }

  /// Whether the key's bytes begin as every key's do: with the length of its kind's name, and that.
  private static func names(_ kind: Substring, _ base64: Substring) -> Bool {
    guard let bytes = decoded(base64) else { return false }
    let start = [0, 0, 0, UInt8(kind.utf8.count)] + Array(kind.utf8)
    return bytes.starts(with: start) && bytes.count > start.count
  }

  /// The bytes that padded base64 spells; nil for any other text.
  private static func decoded(_ base64: Substring) -> [UInt8]? {
    let padding = base64.utf8.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    guard base64.utf8.count.isMultiple(of: 4), padding <= 2 else { return nil }
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    for (index, digit) in base64.utf8.dropLast(padding).enumerated() {
      guard let value = sextet(digit) else { return nil }
      bits = bits << 6 | UInt32(value)
      // Of four digits the first fills no byte, and each other one does.
      guard index % 4 > 0 else { continue }
      bytes.append(UInt8(truncatingIfNeeded: bits >> (6 - 2 * UInt32(index % 4))))
    }
    return bytes
  }

  private static func sextet(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}

extension String {
  fileprivate var trimmed: String {
    let isBlank = { (scalar: Unicode.Scalar) in [0x20, 0x09, 0x0A, 0x0D].contains(scalar.value) }
    var scalars = Substring(self).unicodeScalars
    while let first = scalars.first, isBlank(first) { scalars.removeFirst() }
    while let last = scalars.last, isBlank(last) { scalars.removeLast() }
    return String(scalars)
  }
}

extension Unicode.Scalar {
  /// Control characters, and what some readers take for the end of a line.
  fileprivate var breaksLines: Bool {
    value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029
  }
}
