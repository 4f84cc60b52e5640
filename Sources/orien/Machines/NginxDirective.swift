import OrienModel

/// One directive of nginx's configuration: its words, where it stands in the text, and what is between
/// its braces.
struct NginxDirective: Equatable {
  let words: [String]
  /// Bytes of the text, from its first word to behind its `;` or its brace.
  let place: Range<Int>
  /// Nil where it has no braces.
  let block: Block?

  struct Block: Equatable {
    let directives: [NginxDirective]
    /// Where the text between the braces ends.
    let end: Int
  }

  var name: String { words.first ?? "" }
}

extension NginxDirective {
  /// Reads a configuration as nginx does: quotes, comments and `${names}` are no braces, and a block
  /// ends at its own.
  static func parse(_ text: String) throws(Failure) -> [NginxDirective] {
    var reading = Reading(bytes: Array(text.utf8))
    let directives = try reading.directives(depth: 0)
    guard reading.at == reading.bytes.count else { throw reading.refusal("a } without its {") }
    return directives
  }

  private struct Reading {
    let bytes: [UInt8]
    var at = 0

    private static let deepest = 64

    private enum Token { case word(String), semicolon, open, close, end }

    func refusal(_ what: String) -> Failure {
      let line = bytes[..<min(at, bytes.count)].count { $0 == UInt8(ascii: "\n") } + 1
      return Failure(.invalid, "nginx-configuration", "line \(line): \(what)")
    }

    /// Up to the brace that closes them, or the end.
    mutating func directives(depth: Int) throws(Failure) -> [NginxDirective] {
      guard depth < Self.deepest else { throw refusal("blocks are too deep") }
      var found: [NginxDirective] = []
      var words: [String] = []
      var start = 0
      while true {
        passOver()
        let before = at
        switch try token() {
        case .word(let word):
          if words.isEmpty { start = before }
          words.append(word)
        case .semicolon where !words.isEmpty:
          found.append(NginxDirective(words: words, place: start..<at, block: nil))
          words = []
        case .open where !words.isEmpty:
          let inner = try directives(depth: depth + 1)
          let end = at
          guard at < bytes.count else { throw refusal("a { without its }") }
          at += 1
          found.append(
            NginxDirective(
              words: words, place: start..<at, block: Block(directives: inner, end: end)))
          words = []
        case .close where words.isEmpty && depth > 0:
          // It is the caller's.
          at = before
          return found
        case .end where words.isEmpty:
          return found
        case .semicolon, .open, .close, .end: throw refusal("no directive of nginx's")
        }
      }
    }

    private mutating func passOver() {
      while at < bytes.count {
        if bytes[at] == UInt8(ascii: "#") {
          while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += 1 }
        } else if Self.isSpace(bytes[at]) {
          at += 1
        } else {
          return
        }
      }
    }

    private mutating func token() throws(Failure) -> Token {
      guard at < bytes.count else { return .end }
      let first = bytes[at]
      switch first {
      case UInt8(ascii: ";"):
        at += 1
        return .semicolon
      case UInt8(ascii: "{"):
        at += 1
        return .open
      case UInt8(ascii: "}"):
        at += 1
        return .close
      case UInt8(ascii: "\""), UInt8(ascii: "'"): return .word(try quoted(first))
      default: return .word(plain())
      }
    }

    private mutating func quoted(_ quote: UInt8) throws(Failure) -> String {
      at += 1
      var word: [UInt8] = []
      while at < bytes.count, bytes[at] != quote {
        if bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count { at += 1 }
        word.append(bytes[at])
        at += 1
      }
      guard at < bytes.count else { throw refusal("a quote without its other") }
      at += 1
      return String(decoding: word, as: UTF8.self)
    }

    private mutating func plain() -> String {
      var word: [UInt8] = []
      while at < bytes.count {
        let byte = bytes[at]
        if byte == UInt8(ascii: "$"), at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "{") {
          while at < bytes.count, bytes[at] != UInt8(ascii: "}") {
            word.append(bytes[at])
            at += 1
          }
          continue
        }
        if Self.isSpace(byte) || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "{") { break }
        // A brace within a word is the word's, but where a word could begin.
        if byte == UInt8(ascii: "}"), word.isEmpty { break }
        if byte == UInt8(ascii: "\\"), at + 1 < bytes.count {
          word.append(byte)
          at += 1
        }
        word.append(bytes[at])
        at += 1
      }
      return String(decoding: word, as: UTF8.self)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
      byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
  }
}
