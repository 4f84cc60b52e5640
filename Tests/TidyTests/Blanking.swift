/// Tells code from comments and string literals, well enough for Swift, C, Python and shell.
///
/// What an interpolation says counts as the literal it stands in.
struct Blanking {
  private enum Place: Equatable {
    case code
    case line
    case block(depth: Int)
    /// A string literal that ends with `quotes` quotes and `pounds` pound signs.
    case literal(quote: UInt8, quotes: Int, pounds: Int)
  }

  private let comment: [UInt8]
  private let hasBlocks: Bool
  private let hasPounds: Bool
  private let hasSingleQuotes: Bool
  private var place = Place.code

  init(of path: String) {
    let isSwift = path.hasSuffix(".swift")
    hasBlocks = isSwift || [".c", ".h", ".cpp"].contains { path.hasSuffix($0) }
    hasPounds = isSwift
    hasSingleQuotes = !isSwift
    comment = Array((hasBlocks ? "//" : "#").utf8)
  }

  mutating func read(_ text: String) -> (code: String, literals: String) {
    let bytes = Array(text.utf8)
    var code = bytes
    var literals = bytes
    var at = 0
    while at < bytes.count {
      let before = place
      let length = step(bytes, at)
      for index in at..<min(at + length, bytes.count) where bytes[index] != UInt8(ascii: "\n") {
        // A literal's own quotes are code: both sides of a change of place stay visible there.
        let isLiteral = if case .literal = before, before == place { true } else { false }
        let isComment = Self.isComment(before) || Self.isComment(place)
        if isLiteral || isComment { code[index] = UInt8(ascii: " ") }
        if !isLiteral { literals[index] = UInt8(ascii: " ") }
      }
      at += length
    }
    return (String(decoding: code, as: UTF8.self), String(decoding: literals, as: UTF8.self))
  }

  private static func isComment(_ place: Place) -> Bool {
    switch place {
    case .line, .block: true
    case .code, .literal: false
    }
  }

  /// Moves on by one token of interest and says how many bytes it took.
  private mutating func step(_ bytes: [UInt8], _ at: Int) -> Int {
    func has(_ word: String, at: Int) -> Bool { bytes[at...].starts(with: word.utf8) }
    switch place {
    case .code:
      if bytes[at...].starts(with: comment) {
        place = .line
        return comment.count
      }
      if hasBlocks, has("/*", at: at) {
        place = .block(depth: 1)
        return 2
      }
      let pounds = hasPounds ? bytes[at...].prefix { $0 == UInt8(ascii: "#") }.count : 0
      let quote = at + pounds < bytes.count ? bytes[at + pounds] : 0
      if quote == UInt8(ascii: "\"") || hasSingleQuotes && quote == UInt8(ascii: "'") {
        let run = bytes[(at + pounds)...].prefix { $0 == quote }.count
        let quotes = run >= 3 ? 3 : 1
        place = .literal(quote: quote, quotes: quotes, pounds: pounds)
        return pounds + quotes
      }
      return max(pounds, 1)
    case .line:
      if bytes[at] == UInt8(ascii: "\n") { place = .code }
      return 1
    case .block(let depth):
      if has("*/", at: at) {
        place = depth == 1 ? .code : .block(depth: depth - 1)
        return 2
      }
      guard has("/*", at: at) else { return 1 }
      place = .block(depth: depth + 1)
      return 2
    case .literal(let quote, let quotes, let pounds):
      let escape = [UInt8(ascii: "\\")] + Array(repeating: UInt8(ascii: "#"), count: pounds)
      if bytes[at...].starts(with: escape) { return escape.count + 1 }
      let end =
        Array(repeating: quote, count: quotes)
        + Array(repeating: UInt8(ascii: "#"), count: pounds)
      if bytes[at...].starts(with: end) {
        place = .code
        return end.count
      }
      // An apostrophe in shell or a stray quote must not swallow the rest of the file.
      if quotes == 1, bytes[at] == UInt8(ascii: "\n") { place = .code }
      return 1
    }
  }
}
