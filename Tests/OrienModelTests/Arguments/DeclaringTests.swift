import Testing

@testable import OrienModel

@Suite("Arguments, declared")
struct DeclaringTests {
  @Test(
    "A rule that the node cannot enforce is refused at load by its name",
    arguments: [
      (.integer, #"{"minumum":1}"#, #""minumum" is no rule for an integer; did you mean minimum?"#),
      (.text, #"{"not":{}}"#, #""not" is no rule for a string"#),
      (.text, #"{"minimum":1}"#, #""minimum" is no rule for a string"#),
      (.bool, #"{"pattern":"a"}"#, #""pattern" is no rule for a boolean"#),
      (.number, #"{"multipleOf":2}"#, #""multipleOf" is no rule for a number"#),
      (.bytes, #"{"enum":["QQ=="]}"#, #""enum" is no rule for bytes in base64"#),
      (.json, #"{"oneOf":[]}"#, #""oneOf" is no rule for a JSON value"#),
      (
        .json, #"{"type":"map"}"#,
        #"type "map": expected one of object, array, string, number, integer, boolean"#
      ),
      (
        .json, #"{"additionalProperties":false}"#,
        "additionalProperties: expected an object, got a boolean"
      ),
      (
        .json, #"{"additionalProperties":{}}"#,
        #"additionalProperties: expected "type":"string" in it"#
      ),
      (
        .json, #"{"additionalProperties":{"type":"integer"}}"#,
        #"additionalProperties: type "integer", only "string" is known"#
      ),
      (
        .json, #"{"additionalProperties":{"type":"string","minimum":1}}"#,
        #"additionalProperties: "minimum" is no rule for a string"#
      ),
      (
        .json, #"{"minProperties":2,"maxProperties":1}"#, "minProperties 2 is above maxProperties 1"
      ),
      (
        .json, #"{"type":"array","maxProperties":1}"#,
        "rules for properties say nothing of an array"
      ),
      (.json, #"{"type":"object","enum":[1]}"#, "nothing that enum and const allow is an object"),
      (.text, #"{"maxProperties":1}"#, #""maxProperties" is no rule for a string"#),
      (.texts, #"{"items":{"minimum":1}}"#, #"items: "minimum" is no rule for a string"#),
      (.texts, #"{"items":{"type":"integer"}}"#, #"items: type "integer", only "string" is known"#),
      (.text, #"{"type":"integer"}"#, #"type "integer" is not what a string is in JSON"#),
      (.text, #"[]"#, "expected an object of JSON Schema keywords, got an array"),
      (.text, #"{"enum":[]}"#, "enum: expected an array of at least one value, got an array"),
      (.integer, #"{"enum":[1,"a"]}"#, #"enum: "a" is not an integer"#),
      (.integer, #"{"const":1.5}"#, "const: 1.5 is not an integer"),
      (.integer, #"{"enum":[1],"const":2}"#, "enum and const allow nothing together"),
      (.integer, #"{"minimum":"1"}"#, "minimum: expected a number, got a string"),
      (.integer, #"{"minimum":2,"maximum":1}"#, "no number passes its bounds"),
      (.integer, #"{"multipleOf":0}"#, "multipleOf: expected an integer above 0, got 0"),
      (.integer, #"{"multipleOf":0.5}"#, "multipleOf: expected an integer above 0, got 0.5"),
      (.text, #"{"minLength":-1}"#, "minLength: expected an integer from 0 up, got -1"),
      (.text, #"{"minLength":2,"maxLength":1}"#, "minLength 2 is above maxLength 1"),
      (.texts, #"{"minItems":2,"maxItems":1}"#, "minItems 2 is above maxItems 1"),
      (.texts, #"{"uniqueItems":1}"#, "uniqueItems: expected a boolean, got a number"),
      (.text, #"{"pattern":1}"#, "pattern: expected a string, got a number"),
    ] as [(Argument.Kind, String, String)])
  func refusedRule(kind: Argument.Kind, rules: String, message: String) {
    let failure = failure { try Argument(declaring: "x", kind: kind, rules: rules) }
    #expect(failure?.message == "argument x: rules: " + message)
    #expect(failure?.code == .invalid)
  }

  @Test(
    "A pattern that is none, or that linear time cannot search, is refused",
    arguments: [
      ("[", #"pattern "[": missing ]: ["#), (#"(a)\\1"#, #"pattern "(a)\\1": invalid escape"#),
      ("(?=a)", #"pattern "(?=a)": invalid perl operator: (?="#),
      ("(?<!a)b", "invalid perl operator"), ("((a{0,100}){0,100}){0,100}", "repetition size"),
      ("[\\\\p{L}]{1,900}", "pattern too large"), ("((.{0,10}){0,10}){0,9}x", "pattern too large"),
    ])
  func refusedPattern(pattern: String, message: String) {
    let failure = failure {
      try Argument(declaring: "x", kind: .text, rules: #"{"pattern":"\#(pattern)"}"#)
    }
    #expect(
      failure?.message.replacing("\\", with: "").contains(message.replacing("\\", with: "")) == true
    )
  }

  @Test(
    "Annotations say nothing to the node and are taken",
    arguments: Argument.Kind.allCases)
  func annotations(kind: Argument.Kind) throws {
    let rules = #"{"title":"t","description":"d","examples":[1],"format":"x","$comment":"c"}"#
    let argument = try Argument(declaring: "x", kind: kind, rules: rules)
    #expect(argument.rules.source.count == 5)
  }

  @Test(
    "A fallback that is not of the kind or breaks the rules is refused",
    arguments: [
      (.integer, #""1""#, "{}", "fallback.x: expected an integer, got a string"),
      (.integer, "0", #"{"minimum":1}"#, "fallback.x: 0 is below the minimum 1"),
      (.text, #""c""#, #"{"enum":["a","b"]}"#, #"fallback.x: "c" is none of "a", "b""#),
      (.file, #""/etc/passwd""#, "{}", "fallback.x: an absolute path"),
      (.bool, "nil", "{}", "expected a value"),
      (.integer, "2", #"{"default":3}"#, "the rules' default 3 is not the fallback"),
    ] as [(Argument.Kind, String, String, String)])
  func refusedFallback(kind: Argument.Kind, fallback: String, rules: String, message: String) {
    let failure = failure {
      try Argument(declaring: "x", kind: kind, fallback: fallback, rules: rules)
    }
    #expect(failure?.message.hasPrefix("argument x: " + message) == true, "\(failure as Any)")
  }

  @Test(
    "A name is small letters, digits and underscores, a letter first",
    arguments: [
      "", "A", "1a", "_a", "a-b", "a.b", "a b", "é", "__proto__", String(repeating: "a", count: 65),
    ])
  func refusedName(name: String) {
    #expect(reason { try Argument(declaring: name, kind: .text) } == "argument-name")
  }

  @Test("A long text is not searched, and a search of the longest takes its time and no more")
  func boundedSearch() throws {
    let pattern = try Pattern("(.{0,10}){0,20}x")
    let text = String(repeating: "ab", count: Pattern.textBytes / 2)
    let time = ContinuousClock().measure { #expect(!pattern.isFound(in: text)) }
    #expect(time < .seconds(10))
    var rules = TextRules()
    rules.pattern = pattern
    #expect(rules.breaches(of: text + "x", shown: "it").count == 1)
  }

  @Test("A thousand letters that other engines despair of are answered at once")
  func backtracking() throws {
    let pattern = try Pattern("^(a+)+$")
    #expect(!pattern.isFound(in: String(repeating: "a", count: 1000) + "b"))
    #expect(pattern.isFound(in: String(repeating: "a", count: 1000)))
  }

  @Test("A pattern is found anywhere, and its end is the text's")
  func unanchored() throws {
    #expect(try Pattern("b").isFound(in: "abc"))
    #expect(try Pattern("").isFound(in: ""))
    #expect(try !Pattern("^[a-z]+$").isFound(in: "abc\n"))
    #expect(try Pattern(#"^\p{L}$"#).isFound(in: "é"))
    #expect(try Pattern("^.$").isFound(in: "𝄞"))
  }

  @Test("A pattern is of the whole text where that is asked, whichever of its ways fits")
  func whole() throws {
    #expect(try Pattern("a|ab").isWhole("ab"))
    #expect(try !Pattern("a|ab").isWhole("abc"))
    #expect(try !Pattern("b").isWhole("ab"))
    #expect(try !Pattern("a").isWhole("a\n"))
    #expect(try Pattern("a*").isWhole(""))
  }

  @Test("A pattern is compiled once for a while, and what is none is refused each time")
  func compiledOnce() throws {
    let stock = PatternStock(most: 2)
    let first = try stock.pattern("^a$")
    #expect(try stock.pattern("^a$") === first)
    #expect(reason { try stock.pattern("(") } == "pattern")
    #expect(reason { try stock.pattern("(") } == "pattern")
    #expect(try stock.pattern("^b$").isFound(in: "b") && stock.pattern("^a$") === first)
    #expect(try stock.pattern("^c$").isFound(in: "c") && stock.pattern("^a$").isFound(in: "a"))
    #expect(first.isFound(in: "a"))
  }
}
