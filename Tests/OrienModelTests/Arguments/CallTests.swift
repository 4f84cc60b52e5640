import Testing

@testable import OrienModel

@Suite("A call's arguments")
struct CallTests {
  private let arguments = try! [
    Argument(declaring: "script", kind: .file, isRequired: true),
    Argument(declaring: "times", kind: .integer, fallback: "3", rules: #"{"minimum":1}"#),
    Argument(declaring: "args", kind: .texts),
    Argument(declaring: "token", kind: .text, isSecret: true, fallback: #""none""#),
  ]

  private func check(_ object: String) throws -> CheckedArguments {
    try CheckedArguments(checking: JSON(parsing: object), against: arguments)
  }

  @Test("Absent ones are filled in, in declared order")
  func filled() throws {
    let checked = try check(#"{"args":["a"],"script":"a.py"}"#)
    #expect(
      checked.values == [.text("a.py"), .integer(3), .texts(["a"]), .text("none")])
    #expect(!checked.hasSecrets)
    #expect(
      String(decoding: checked.packed, as: UTF8.self)
        == #"{"script":"a.py","times":3,"args":["a"],"token":"none"}"#)
  }

  @Test("What is stored leaves secrets out, and checks again to the same values")
  func stored() throws {
    let checked = try check(#"{"script":"a.py","times":2.0,"token":"hunter2"}"#)
    #expect(checked.hasSecrets)
    #expect(checked.values.last == .text("hunter2"))
    let stored = String(decoding: checked.stored, as: UTF8.self)
    #expect(stored == #"{"script":"a.py","times":2}"#)
    #expect(try check(stored).values.dropLast() == checked.values.dropLast())
  }

  @Test("Every fault is named at once, each by its place")
  func everyFault() {
    let failure = failure {
      try check(#"{"tims":1,"times":0,"args":["a",1],"a/b~":1,"__proto__":{},"token":1}"#)
    }
    #expect(failure?.code == .invalid)
    #expect(failure?.reason == "invalid-arguments")
    #expect(failure?.message == "Missing required argument: script (and 6 more)")
    #expect(
      failure?.faults == [
        .init("/args/script", "Missing required argument: script"),
        .init("/args/times", "args.times: 0 is below the minimum 1"),
        .init("/args/args/1", "args.args[1]: expected a string, got a number"),
        .init("/args/token", "args.token: expected a string, got a number"),
        .init("/args/tims", "args.tims: unknown argument; did you mean times?"),
        .init("/args/a~1b~0", #"args."a/b~": unknown argument"#),
        .init("/args/__proto__", "args.__proto__: unknown argument"),
      ])
  }

  @Test("A member's fault is at its place inside its argument")
  func memberFault() throws {
    let rules = #"{"type":"object","additionalProperties":{"type":"string"}}"#
    let env = try Argument(declaring: "env", kind: .json, rules: rules)
    let object = try JSON(parsing: #"{"env":{"A":"1","B/C":2,"":null}}"#)
    let failure = failure { try CheckedArguments(checking: object, against: [env]) }
    #expect(
      failure?.faults == [
        .init("/args/env/B~1C", #"args.env."B/C": expected a string, got a number"#),
        .init("/args/env/", #"args.env."": expected a string, got null"#),
      ])
  }

  @Test("Of very many faults the first are listed and the rest counted")
  func manyFaults() {
    let members = (0..<100_000).map { JSON.Member("u\($0)", .null) }
    let failure = failure {
      try CheckedArguments(checking: .object(members), against: arguments)
    }
    #expect(failure?.faults.count == 32)
    #expect(failure?.message == "Missing required argument: script (and 100000 more)")
    let entries = JSON.array(Array(repeating: .integer(1), count: 100_000))
    let ofEntries = OrienModelTests.failure {
      try CheckedArguments(checking: .object([.init("args", entries)]), against: arguments)
    }
    #expect(ofEntries?.faults.count == 32)
  }

  @Test("An unknown name of a megabyte does not come back in the answer")
  func longName() throws {
    let object = JSON.object([.init(String(repeating: "a", count: 1 << 20), .null)])
    let failure = failure { try CheckedArguments(checking: object, against: []) }
    #expect(failure!.faults[0].pointer == "/args")
    #expect(failure!.message.utf8.count < 200)
  }

  @Test(
    "What is no object is refused",
    arguments: [("[]", "an array"), ("null", "null"), (#""a""#, "a string"), ("1", "a number")])
  func noObject(text: String, kind: String) {
    let failure = failure { try check(text) }
    #expect(failure?.faults == [.init("/args", "args must be an object, got \(kind)")])
  }

  @Test("An absent optional without a fallback is zero or nothing, whatever its rules")
  func absent() throws {
    let arguments = try Argument.Kind.allCases.map { kind in
      try Argument(declaring: "x", kind: kind, rules: kind == .integer ? #"{"minimum":1}"# : nil)
    }
    let values = try arguments.flatMap {
      try CheckedArguments(checking: .object([]), against: [$0]).values
    }
    #expect(
      values == [
        .bool(false), .integer(0), .number(0), .text(nil), .text(nil), .bytes([]), .bytes([]),
        .texts(nil),
      ])
  }

  @Test("A name with a slash or a tilde is escaped in its place")
  func pointer() {
    #expect(JSONPointer().appending("a/b~1").appending(3).description == "/a~1b~01/3")
  }

  @Test(
    "The nearest word is the one with the fewest slips, or none",
    arguments: [
      ("mesage", "message"), ("MESSAGE", "message"), ("emssage", "message"), ("xyz", nil),
      ("", nil), ("log-level", "log_level"), (String(repeating: "a", count: 100_000), nil),
    ] as [(String, String?)])
  func nearest(word: String, expected: String?) {
    #expect(Nearest.word(to: word, among: ["message", "log_level", "port"]) == expected)
  }
}
