import OrienModel

/// How a text of a plugin's table must look, so that it can stand in a log line, a bill, a URL or
/// a folder's name as it is.
enum Grammar {
  /// Counts the changes of what a table may say, for whoever keeps answers across them.
  static let revision = 1

  /// `com.example.echo`: it names a folder too.
  case pluginID
  /// Semantic: `1.2.3`, `1.2.3-beta.1+5`.
  case version
  case tool
  /// `vm/1`
  case role
  case unit
  /// `orien.log/1`, `program:nginx`, `socket:{engine}`
  case need
  case mediaType
  /// Why something failed, for programs.
  case reason
  /// One line for people.
  case line
  /// Several.
  case text

  var description: String {
    switch self {
    case .pluginID: "1 to 128 of a-z 0-9 . _ -, beginning with a letter or digit, no two dots"
    case .version: "a semantic version of at most 64 bytes, like 1.2.3"
    case .tool: "^[a-zA-Z0-9_-]{1,64}$"
    case .role: "a role and its number, like vm/1"
    case .unit: "^[a-z][a-z0-9-]{0,63}$"
    case .need: "1 to 256 visible characters"
    case .mediaType: "a media type, like text/plain"
    case .reason: "^[a-z0-9-]{1,64}$"
    case .line: "one line of at most 1024 bytes without control characters"
    case .text: "at most 16384 bytes without control characters but line breaks and tabs"
    }
  }

  func admits(_ text: String) -> Bool {
    switch self {
    case .pluginID:
      text.matches(1...128) { $0.isLowerOrDigit || ".-_".utf8.contains($0) }
        && text.utf8.first!.isLowerOrDigit && !text.hasTwoDots
    case .version: Self.isVersion(text)
    case .tool: ToolID(text) != nil
    case .role: RolePage.isID(text)
    case .unit:
      text.matches(1...64) { $0.isLowerOrDigit || $0 == UInt8(ascii: "-") }
        && text.utf8.first!.isASCIILetter
    case .need: text.matches(1...256) { $0 > 0x20 && $0 < 0x7F }
    case .mediaType: Self.isMediaType(text)
    case .reason: text.matches(1...64) { $0.isLowerOrDigit || $0 == UInt8(ascii: "-") }
    case .line: text.utf8.count <= 1024 && text.unicodeScalars.allSatisfy(\.isHarmless)
    case .text:
      text.utf8.count <= 16384
        && text.unicodeScalars.allSatisfy { $0.isHarmless || $0 == "\n" || $0 == "\t" }
    }
  }

  private static func isVersion(_ text: String) -> Bool {
    guard text.utf8.count <= 64 else { return false }
    let head = text.utf8.prefix { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "+") }
    let numbers = head.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let tail = text.utf8.dropFirst(head.count)
    return numbers.count == 3 && numbers.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isASCIIDigit) }
      && tail.count != 1
      && tail.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "-.+".utf8.contains($0) }
  }

  private static func isMediaType(_ text: String) -> Bool {
    guard text.matches(3...128, { $0 >= 0x20 && $0 < 0x7F }) else { return false }
    let name = text.utf8.prefix { $0 != UInt8(ascii: ";") }
    let parts = name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return parts.count == 2
      && parts.allSatisfy { part in
        !part.isEmpty && part.allSatisfy { $0.isASCIIWord || ".+!#$&^".utf8.contains($0) }
      }
  }
}

extension Listing.Field {
  func check(_ text: String, _ grammar: Grammar) throws(Failure) {
    guard grammar.admits(text) else {
      throw refusal("expected \(grammar.description), found \(text.quoted)")
    }
  }

  func check(_ flags: UInt32, known: UInt32) throws(Failure) {
    guard flags & ~known == 0 else {
      throw refusal("0x\(String(flags & ~known, radix: 16)) is no flag that this node knows")
    }
  }
}

extension String {
  /// The text with U+FFFD in place of what `Grammar.text` does not admit: for what a plugin says as
  /// it runs, which is better told damaged than not at all.
  var harmless: String {
    let scalars = unicodeScalars.map { $0.isHarmless || $0 == "\n" || $0 == "\t" ? $0 : "\u{FFFD}" }
    return String(String.UnicodeScalarView(scalars))
  }

  fileprivate func matches(
    _ length: ClosedRange<Int>, _ isAllowed: (UInt8) -> Bool
  ) -> Bool {
    length.contains(utf8.count) && utf8.allSatisfy(isAllowed)
  }

  fileprivate var hasTwoDots: Bool {
    let dot = UInt8(ascii: ".")
    return zip(utf8, utf8.dropFirst()).contains { $0 == dot && $1 == dot }
  }
}

extension UInt8 {
  fileprivate var isLowerOrDigit: Bool { isASCIIDigit || (self >= 0x61 && self <= 0x7A) }
}

extension Unicode.Scalar {
  /// It neither moves a terminal's cursor nor turns the direction of what is read.
  fileprivate var isHarmless: Bool {
    switch value {
    // Nearly all of it, and known without a table.
    case 0x20..<0x7F: true
    case 0x202A...0x202E, 0x2066...0x2069, 0x2028, 0x2029: false
    default: properties.generalCategory != .control
    }
  }
}
