import Testing

@testable import OrienModel

@Suite("Arguments, checked")
struct CheckingTests {
  /// The faults' messages of one argument `x` under these rules.
  private func faults(
    _ kind: Argument.Kind, _ rules: String, _ value: String, isSecret: Bool = false
  ) throws -> [String] {
    let argument = try Argument(declaring: "x", kind: kind, isSecret: isSecret, rules: rules)
    let object = try JSON(parsing: #"{"x":\#(value)}"#)
    return failure { try CheckedArguments(checking: object, against: [argument]) }?
      .faults.map(\.message) ?? []
  }

  /// What a tool says of variables for a program.
  private static let environment =
    #"{"type":"object","maxProperties":2,"additionalProperties":{"type":"string","maxLength":3}}"#

  @Test(
    "What is of its kind and within its rules passes, and the handler receives it",
    arguments: [
      (.bool, "{}", "true", .bool(true)), (.integer, "{}", "-1", .integer(-1)),
      (.integer, "{}", "1.0", .integer(1)), (.integer, "{}", "1e2", .integer(100)),
      (.integer, "{}", "-0.0", .integer(0)), (.integer, #"{"enum":[1]}"#, "1.0", .integer(1)),
      (.integer, "{}", "9223372036854775807", .integer(.max)),
      (.integer, "{}", "-9223372036854775808", .integer(.min)),
      (.integer, #"{"multipleOf":5}"#, "-10", .integer(-10)),
      (.integer, #"{"minimum":1,"maximum":1}"#, "1", .integer(1)),
      (.integer, #"{"exclusiveMinimum":0,"exclusiveMaximum":2}"#, "1", .integer(1)),
      (.integer, #"{"minimum":0.5}"#, "1", .integer(1)),
      (.number, "{}", "1", .number(1)), (.number, "{}", "1e-3", .number(0.001)),
      (.number, "{}", "18446744073709551615", .number(0x1p64)),
      (.text, "{}", #""""#, .text("")),
      (.text, #"{"minLength":1,"maxLength":1}"#, #""𝄞""#, .text("𝄞")),
      (.text, #"{"pattern":"b"}"#, #""abc""#, .text("abc")),
      (.text, #"{"const":"a"}"#, #""a""#, .text("a")),
      (.text, "{}", #""$(id) `id` 'x' \"y\"\n""#, .text("$(id) `id` 'x' \"y\"\n")),
      (.file, "{}", #""-c""#, .text("-c")), (.file, "{}", #""a/--version""#, .text("a/--version")),
      (.file, "{}", #""..a/b..""#, .text("..a/b..")), (.file, "{}", #""．．／x""#, .text("．．／x")),
      (.bytes, "{}", #""""#, .bytes([])), (.bytes, "{}", #""AP8=""#, .bytes([0, 255])),
      (.bytes, #"{"minLength":4,"maxLength":4}"#, #""AP8A""#, .bytes([0, 255, 0])),
      (.json, "{}", #"{ "a" : [1, 2.5] }"#, .bytes(Array(#"{"a":[1,2.5]}"#.utf8))),
      (.json, "{}", "null", .bytes(Array("null".utf8))),
      (
        .json, #"{"enum":[{"a":1,"b":2}]}"#, #"{"b":2,"a":1}"#,
        .bytes(Array(#"{"b":2,"a":1}"#.utf8))
      ),
      (.json, Self.environment, "{}", .bytes(Array("{}".utf8))),
      (.json, Self.environment, #"{"A":"é𝄞b"}"#, .bytes(Array(#"{"A":"é𝄞b"}"#.utf8))),
      (.json, #"{"type":"integer"}"#, "1.0", .bytes(Array("1.0".utf8))),
      (.json, #"{"maxProperties":0}"#, "[1]", .bytes(Array("[1]".utf8))),
      (.texts, "{}", "[]", .texts([])),
      (.texts, #"{"uniqueItems":true}"#, #"["K","\u212a"]"#, .texts(["K", "\u{212A}"])),
      (
        .texts, #"{"minItems":2,"maxItems":2,"items":{"pattern":"^-"}}"#, #"["-c","--"]"#,
        .texts(["-c", "--"])
      ),
    ] as [(Argument.Kind, String, String, ArgumentValue)])
  func passes(kind: Argument.Kind, rules: String, value: String, expected: ArgumentValue) throws {
    let argument = try Argument(declaring: "x", kind: kind, rules: rules)
    let object = try JSON(parsing: #"{"x":\#(value)}"#)
    let checked = try CheckedArguments(checking: object, against: [argument])
    #expect(checked.values == [expected])
  }

  @Test(
    "Null is an optional argument that is not there, and a required one that is wrong",
    arguments: [
      (.text, nil, .text(nil), "a string"), (.text, #""a""#, .text("a"), "a string"),
      (.integer, "3", .integer(3), "an integer"), (.texts, nil, .texts(nil), "an array of strings"),
      (.bytes, nil, .bytes([]), "bytes in base64"), (.file, nil, .text(nil), "a path"),
      (.bool, "true", .bool(true), "a boolean"),
    ] as [(Argument.Kind, String?, ArgumentValue, String)])
  func null(kind: Argument.Kind, fallback: String?, expected: ArgumentValue, name: String) throws {
    let object = try JSON(parsing: #"{"x":null}"#)
    let optional = try Argument(declaring: "x", kind: kind, fallback: fallback)
    let checked = try CheckedArguments(checking: object, against: [optional])
    let absent = try CheckedArguments(checking: JSON(parsing: "{}"), against: [optional])
    #expect(checked.values == [expected])
    #expect(checked.packed == absent.packed && checked.stored == absent.stored)
    let required = try Argument(declaring: "x", kind: kind, isRequired: true)
    let failure = #expect(throws: Failure.self) {
      try CheckedArguments(checking: object, against: [required])
    }
    #expect(failure?.message == "args.x: expected \(name), got null")
  }

  @Test(
    "What is not is refused, with what came and what was expected",
    arguments: [
      (.integer, #"{"minimum":1}"#, "0", "args.x: 0 is below the minimum 1"),
      (.integer, #"{"maximum":9}"#, "10", "args.x: 10 is above the maximum 9"),
      (.integer, #"{"exclusiveMinimum":1}"#, "1", "args.x: 1 is not above 1"),
      (.integer, #"{"exclusiveMaximum":1.5}"#, "2", "args.x: 2 is not below 1.5"),
      (.integer, #"{"multipleOf":3}"#, "10", "args.x: 10 is no multiple of 3"),
      (
        .integer, #"{"maximum":9007199254740992}"#, "9007199254740993",
        "args.x: 9007199254740993 is above the maximum 9007199254740992"
      ),
      (.integer, "{}", "1.5", "args.x: expected an integer, got 1.5"),
      (
        .integer, "{}", "9223372036854775808",
        "args.x: 9223372036854775808 is beyond a signed 64 bit integer"
      ),
      (
        .integer, "{}", "9223372036854775808.0",
        "args.x: 9.223372036854776e+18 is beyond a signed 64 bit integer"
      ),
      (.integer, "{}", "1e300", "args.x: expected an integer, got 1e+300"),
      (.integer, "{}", #""1""#, "args.x: expected an integer, got a string"),
      (.bool, "{}", "0", "args.x: expected a boolean, got 0"),
      (.number, "{}", "true", "args.x: expected a number, got a boolean"),
      (.number, #"{"exclusiveMaximum":1}"#, "1", "args.x: 1 is not below 1"),
      (.text, #"{"minLength":2}"#, #""𝄞""#, #"args.x: "𝄞" is shorter than minLength 2"#),
      (
        .text, #"{"maxLength":1}"#, #""e\u0301""#, "args.x: \"e\u{301}\" is longer than maxLength 1"
      ),
      (.text, #"{"pattern":"^b$"}"#, #""abc""#, #"args.x: "abc" does not match ^b$"#),
      (.text, #"{"enum":["K"]}"#, #""\u212a""#, "args.x: \"\u{212A}\" is none of \"K\""),
      (.file, "{}", #""""#, "args.x: an empty path"),
      (
        .file, "{}", #""/etc/passwd""#,
        "args.x: an absolute path; it must be relative to the session's workspace"
      ),
      (.file, "{}", #""a/../../b""#, "args.x: a path that leads out of a folder by `..`"),
      (.file, "{}", #""..""#, "args.x: a path that leads out of a folder by `..`"),
      (.file, "{}", #""a//b""#, "args.x: a path with an empty name in it"),
      (.file, "{}", #""a/""#, "args.x: a path with an empty name in it"),
      (.bytes, "{}", #""AP8""#, "args.x: not base64 with its padding (RFC 4648)"),
      (.json, #"{"const":1}"#, "2", "args.x: 2 is none of 1"),
      (.json, #"{"type":"object"}"#, "[1]", "args.x: expected an object, got an array"),
      (.json, #"{"type":"array"}"#, "{}", "args.x: expected an array, got an object"),
      (.json, #"{"type":"string"}"#, "1", "args.x: expected a string, got a number"),
      (.json, #"{"type":"number"}"#, #""1""#, "args.x: expected a number, got a string"),
      (.json, #"{"type":"integer"}"#, "1.5", "args.x: expected an integer, got a number"),
      (.json, #"{"type":"boolean"}"#, "[null]", "args.x: expected a boolean, got an array"),
      (.json, Self.environment, #""A=1""#, "args.x: expected an object, got a string"),
      (.json, Self.environment, #"{"A":1}"#, "args.x.A: expected a string, got a number"),
      (.json, Self.environment, #"{"A":{}}"#, "args.x.A: expected a string, got an object"),
      (
        .json, Self.environment, #"{"a b":"long"}"#,
        #"args.x."a b": "long" is longer than maxLength 3"#
      ),
      (
        .json, Self.environment, #"{"A":"","B":"","C":""}"#,
        "args.x: 3 members are more than maxProperties 2"
      ),
      (
        .json, #"{"minProperties":1}"#, "{}",
        "args.x: 0 members are fewer than minProperties 1"
      ),
      (.texts, "{}", #"["a",1]"#, "args.x[1]: expected a string, got a number"),
      (.texts, "{}", #""a""#, "args.x: expected an array of strings, got a string"),
      (.texts, #"{"minItems":1}"#, "[]", "args.x: 0 entries are fewer than minItems 1"),
      (.texts, #"{"maxItems":1}"#, #"["a","b"]"#, "args.x: 2 entries are more than maxItems 1"),
      (.texts, #"{"uniqueItems":true}"#, #"["a","b","a"]"#, #"args.x[2]: "a" is given twice"#),
      (.texts, #"{"items":{"enum":["a"]}}"#, #"["a","b"]"#, #"args.x[1]: "b" is none of "a""#),
    ] as [(Argument.Kind, String, String, String)])
  func refused(kind: Argument.Kind, rules: String, value: String, message: String) throws {
    #expect(try faults(kind, rules, value) == [message])
  }

  @Test("Sizes hold to the last byte", arguments: [0, 1])
  func sizes(beyond: Int) throws {
    func text(_ count: Int) -> String { "\"\(String(repeating: "a", count: count + beyond))\"" }
    #expect(try faults(.file, "{}", text(255)).count == beyond)
    let path = String(repeating: String(repeating: "a", count: 254) + "/", count: 16)
    let last = String(repeating: "b", count: 4095 - path.utf8.count + beyond)
    #expect(try faults(.file, "{}", "\"\(path + last)\"").count == beyond)
    #expect(try faults(.texts, "{}", "[\(text(131_071))]").count == beyond)
    let long = Array(repeating: "a", count: 131_071).joined()
    let full = ["\"\(long)\"", text(65_535)]
    #expect(try faults(.texts, "{}", "[\(full.joined(separator: ","))]").count == beyond)
    let entries = Array(repeating: #""""#, count: 1024 + beyond).joined(separator: ",")
    #expect(try faults(.texts, "{}", "[\(entries)]").count == beyond)
  }

  @Test("The limit on input counts the compact JSON")
  func inputBytes() throws {
    let argument = Argument(name: "x", kind: .text)
    let object = try JSON(parsing: #"{ "x" : "abc" }"#)
    _ = try CheckedArguments(checking: object, against: [argument], inputBytes: 11)
    let failure = failure {
      try CheckedArguments(checking: object, against: [argument], inputBytes: 10)
    }
    #expect(failure?.message == "args have 11 bytes, above the limit inputBytes 10")
  }

  @Test("U+0000 is refused in every text, also where no reader kept it out")
  func escapedNUL() {
    for (kind, value) in [
      (.text, .string("a\0b")), (.file, .string("a\0")), (.texts, .array([.string("\0")])),
    ] as [(Argument.Kind, JSON)] {
      let object = JSON.object([.init("x", value)])
      let arguments = [Argument(name: "x", kind: kind)]
      let failure = failure { try CheckedArguments(checking: object, against: arguments) }
      #expect(failure?.faults.map { $0.message.hasSuffix("U+0000 inside") } == [true])
    }
  }

  @Test("A secret is in no message, whatever is wrong with it")
  func secrets() throws {
    for (kind, rules, value) in [
      (.text, #"{"minLength":99,"pattern":"^b","enum":["b"]}"#, #""hunter2""#),
      (.integer, #"{"maximum":9,"multipleOf":2}"#, "4711"), (.integer, "{}", "4711.5"),
      (.number, #"{"maximum":9}"#, "4711"), (.bytes, "{}", #""hunter2""#),
      (.file, "{}", #""/hunter2""#), (.json, #"{"const":1}"#, #""hunter2""#),
      (.texts, #"{"uniqueItems":true,"items":{"maxLength":1}}"#, #"["hunter2","hunter2"]"#),
      (.json, Self.environment, #"{"hunter2":1,"b":"hunter2"}"#),
    ] as [(Argument.Kind, String, String)] {
      let messages = try faults(kind, rules, value, isSecret: true)
      #expect(!messages.isEmpty)
      #expect(!messages.contains { $0.contains("hunter2") || $0.contains("4711") }, "\(messages)")
    }
  }
}
