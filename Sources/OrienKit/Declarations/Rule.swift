/// What an argument must satisfy beyond its type: keywords of JSON Schema, which the node holds
/// callers to and shows to people and models.
public struct Rule: Sendable {
  fileprivate let keywords: [(name: String, value: JSON)]

  /// Any keywords, as a JSON object: `.schema(#"{"format":"email"}"#)`. Text that is none traps; a
  /// library with a keyword that the node cannot hold callers to is refused when it is loaded.
  public static func schema(_ text: String) -> Rule {
    guard let keywords = JSON(trusting: text).object else {
      preconditionFailure("a schema is a JSON object: \(text)")
    }
    return Rule(keywords: keywords.map { ($0.key, $0.value) })
  }

  private static func keyword(_ name: String, _ value: JSON) -> Rule {
    Rule(keywords: [(name, value)])
  }

  public static func atLeast(_ minimum: Int) -> Rule { keyword("minimum", .integer(minimum)) }
  public static func atMost(_ maximum: Int) -> Rule { keyword("maximum", .integer(maximum)) }

  public static func between(_ range: ClosedRange<Int>) -> Rule {
    range.keywords("minimum", "maximum")
  }

  public static func between(_ range: ClosedRange<Double>) -> Rule {
    Rule(keywords: [
      ("minimum", .number(range.lowerBound)), ("maximum", .number(range.upperBound)),
    ])
  }

  public static func oneOf(_ texts: String...) -> Rule {
    keyword("enum", .array(texts.map { .string($0) }))
  }

  /// A regular expression in RE2's syntax. It may match anywhere: anchor it with `^` and `$`. How long
  /// a text may be is for `length` to say: what a pattern counts is compiled as often as it counts.
  public static func matching(_ pattern: String) -> Rule { keyword("pattern", .string(pattern)) }

  /// How many characters a text has.
  public static func length(_ range: ClosedRange<Int>) -> Rule {
    range.keywords("minLength", "maxLength")
  }

  /// How many elements an array has.
  public static func count(_ range: ClosedRange<Int>) -> Rule {
    range.keywords("minItems", "maxItems")
  }

  /// All as one schema; nil where there are none.
  static func text(of rules: [Rule]) -> String? {
    let keywords = rules.flatMap(\.keywords)
    guard !keywords.isEmpty else { return nil }
    return JSON.object(
      Dictionary(keywords.map { ($0.name, $0.value) }) { _, _ in
        preconditionFailure("an argument has each keyword once")
      }
    ).text
  }
}

extension ClosedRange<Int> {
  fileprivate func keywords(_ lower: String, _ upper: String) -> Rule {
    Rule(keywords: [(lower, .integer(lowerBound)), (upper, .integer(upperBound))])
  }
}
