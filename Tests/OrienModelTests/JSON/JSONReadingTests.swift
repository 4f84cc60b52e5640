import Testing

@testable import OrienModel

@Suite("JSON, read")
struct JSONReadingTests {
  @Test(
    "What RFC 8259 allows is read",
    arguments: [
      (" \t\r\n null ", .null), ("true", .bool(true)), ("false", .bool(false)),
      ("0", .integer(0)), ("-0", .integer(0)), ("-1", .integer(-1)),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .unsigned(1 << 63)), ("18446744073709551615", .unsigned(.max)),
      ("1.0", .number(1)), ("1e2", .number(100)), ("0e1", .number(0)), ("1E+2", .number(100)),
      ("1E-2", .number(0.01)), ("5e-324", .number(.leastNonzeroMagnitude)), ("1e-400", .number(0)),
      ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)),
      (#""""#, .string("")), (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t")),
      (#""\u0041\u00e9\ud834\udd1e""#, .string("Aé𝄞")),
      ("\"\u{7F}\u{2028}\"", .string("\u{7F}\u{2028}")),
      ("[]", .array([])), ("{}", .object([])), ("[ ]", .array([])), ("{ }", .object([])),
      ("[1,[2],{}]", .array([.integer(1), .array([.integer(2)]), .object([])])),
      (
        #"{"b":1,"a":{"":null}}"#,
        .object([.init("b", .integer(1)), .init("a", .object([.init("", .null)]))])
      ),
      // Canonically equivalent names are two names, for their bytes differ.
      (
        "{\"\u{212A}\":1,\"K\":2}",
        .object([.init("\u{212A}", .integer(1)), .init("K", .integer(2))])
      ),
    ] as [(String, JSON)])
  func allowed(text: String, value: JSON) throws {
    #expect(try JSON(parsing: text) == value)
  }

  @Test(
    "What it does not allow is refused, and the message says where",
    arguments: [
      ("", "syntax", "expected a value, got the end at byte 0"),
      (" \n", "syntax", "expected a value, got the end at byte 2"),
      ("[1,]", "syntax", #"expected a value, got "]" at byte 3"#),
      ("[,1]", "syntax", #"expected a value, got "," at byte 1"#),
      ("[1 2]", "syntax", #"expected ',' or ']', got "2" at byte 3"#),
      ("[1", "syntax", "expected ',' or ']', got the end at byte 2"),
      (#"{"a":1,}"#, "syntax", #"expected a name in quotes, got "}" at byte 7"#),
      (#"{"a" 1}"#, "syntax", #"expected ':', got "1" at byte 5"#),
      (#"{a:1}"#, "syntax", #"expected a name in quotes, got "a" at byte 1"#),
      (#"{"a":1"#, "syntax", "expected ',' or '}', got the end at byte 6"),
      ("{}{}", "syntax", #"expected the end of the document, got "{" at byte 2"#),
      ("1 //x", "syntax", #"expected the end of the document, got "/" at byte 2"#),
      ("nul", "syntax", #"expected a value, got "n" at byte 0"#),
      ("True", "syntax", #"expected a value, got "T" at byte 0"#),
      ("NaN", "syntax", #"expected a value, got "N" at byte 0"#),
      ("Infinity", "syntax", #"expected a value, got "I" at byte 0"#),
      ("'a'", "syntax", #"expected a value, got "'" at byte 0"#),
      ("+1", "syntax", #"expected a value, got "+" at byte 0"#),
      (".5", "syntax", #"expected a value, got "." at byte 0"#),
      ("01", "syntax", #"expected the end of the document, got "1" at byte 1"#),
      ("-", "syntax", "expected a digit, got the end at byte 1"),
      ("1.", "syntax", "expected a digit, got the end at byte 2"),
      ("1e+", "syntax", "expected a digit, got the end at byte 3"),
      ("0x1", "syntax", #"expected the end of the document, got "x" at byte 1"#),
      (#""a"#, "syntax", "expected the end of a string, got the end at byte 2"),
      (#""\"#, "syntax", "expected the end of a string, got the end at byte 2"),
      (#""\x""#, "syntax", #"expected a character to escape, got "x" at byte 2"#),
      (#""\u12G4""#, "syntax", #"expected four hexadecimal digits, got "G" at byte 5"#),
      ("\"\t\"", "syntax", "a control character in a string, which must be escaped at byte 1"),
      ("\"\0\"", "syntax", "a control character in a string, which must be escaped at byte 1"),
      ("1e400", "number", "a number beyond a double at byte 0"),
      ("[-1e400]", "number", "a number beyond a double at byte 1"),
      (
        "18446744073709551616", "number",
        "an integer beyond 64 bits; send it as a string at byte 0"
      ),
      (
        "-9223372036854775809", "number",
        "an integer beyond 64 bits; send it as a string at byte 0"
      ),
      (#""\ud800""#, "surrogate", "half of a surrogate pair alone at byte 1"),
      (#""\udc00""#, "surrogate", "half of a surrogate pair alone at byte 1"),
      (#""a\ud800\u0041""#, "surrogate", "half of a surrogate pair alone at byte 2"),
      (#""\ud800\ud800""#, "surrogate", "half of a surrogate pair alone at byte 1"),
      ("\u{FEFF}{}", "bom", "a byte-order mark at byte 0"),
    ])
  func refused(text: String, reason: String, message: String) {
    #expect(throws: Failure(.invalid, "json-" + reason, message)) { try JSON(parsing: text) }
  }

  @Test(
    "What is not UTF-8 is refused",
    arguments: [
      [0x22, 0xC0, 0x80, 0x22],  // an overlong NUL
      [0x22, 0xED, 0xA0, 0x80, 0x22],  // half a pair, as CESU-8 has it
      [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22],  // beyond Unicode
      [0x22, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22], [0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00],
    ] as [[UInt8]])
  func notUTF8(bytes: [UInt8]) {
    #expect(reason { try JSON(parsing: bytes) } == "json-utf8")
  }

  @Test(
    "UTF-16 and UTF-32 are not guessed",
    arguments: [
      [0, 0x7B, 0, 0x7D], [0x7B, 0, 0x7D, 0], [0, 0, 0, 0x7B], [0x31, 0, 0, 0],
    ] as [[UInt8]])
  func wideEncodings(bytes: [UInt8]) {
    #expect(reason { try JSON(parsing: bytes) } == "json-syntax")
  }

  @Test(
    "U+0000 is refused where it is written as an escape, and its place is told",
    arguments: [
      (#""\u0000""#, ""), (#"["a\u0000b"]"#, "/0"), (#"{"a":[1,{"b":"\u0000"}]}"#, "/a/1/b"),
      (#"{"x":{"\u0000":1}}"#, "/x"),
    ])
  func escapedNUL(text: String, pointer: String) {
    let failure = failure { try JSON(parsing: text) }
    #expect(failure?.reason == "json-nul")
    #expect(failure?.faults.map(\.pointer) == [pointer])
  }

  @Test("A backslash before u0000 is a text and no NUL")
  func notANUL() throws {
    #expect(try JSON(parsing: #""\\u0000""#) == .string(#"\u0000"#))
  }

  @Test(
    "A name given twice is refused, however it is written and wherever it is",
    arguments: [
      (#"{"a":1,"a":1}"#, "/a"), (#"{"a":1,"\u0061":2}"#, "/a"),
      (#"{"x":[0,{"b/~":1,"c":2,"b/~":3}]}"#, "/x/1/b~1~0"), (#"{"":1,"":2}"#, "/"),
    ])
  func repeatedName(text: String, pointer: String) {
    let failure = failure { try JSON(parsing: text) }
    #expect(failure?.reason == "json-duplicate")
    #expect(failure?.faults.map(\.pointer) == [pointer])
  }

  @Test("A name given twice is found among many, too", arguments: [15, 16, 17, 5000])
  func repeatedNameAmongMany(count: Int) throws {
    let names = (0..<count).map { "\"n\($0)\":0" }
    #expect(try JSON(parsing: "{\(names.joined(separator: ","))}").members?.count == count)
    let twice = (names + ["\"n\(count / 2)\":0"]).joined(separator: ",")
    #expect(reason { try JSON(parsing: "{\(twice)}") } == "json-duplicate")
  }

  @Test(
    "Sixty-four levels are read and the sixty-fifth is refused",
    arguments: [("[", "]", ""), ("[", "]", "1"), (#"{"a":"#, "}", "1"), (#"[{"a":"#, "}]", "1")])
  func depth(open: String, close: String, inside: String) throws {
    let levels = open.contains("[{") ? 2 : 1
    func nested(_ depth: Int) -> String {
      let count = depth / levels
      return String(repeating: open, count: count) + inside + String(repeating: close, count: count)
    }
    _ = try JSON(parsing: nested(64))
    #expect(reason { try JSON(parsing: nested(64 + levels)) } == "json-depth")
    #expect(reason { try JSON(parsing: nested(200_000)) } == "json-depth")
    let unclosed = String(repeating: open, count: 100_000)
    #expect(reason { try JSON(parsing: unclosed) } == "json-depth")
  }

  @Test("The bounds on bytes and values hold to the last one")
  func bounds() throws {
    _ = try JSON(parsing: "[1,2]", within: JSON.Bounds(bytes: 5, nodes: 3))
    #expect(reason { try JSON(parsing: "[1,2]", within: JSON.Bounds(bytes: 4)) } == "json-size")
    #expect(reason { try JSON(parsing: "[1,2]", within: JSON.Bounds(nodes: 2)) } == "json-nodes")
    #expect(
      reason { try JSON(parsing: #"{"a":{}}"#, within: JSON.Bounds(nodes: 1)) } == "json-nodes")
  }

  @Test("A million names are read in time linear in them")
  func manyNames() throws {
    // Names that a hash without a secret seed would throw together, were it known.
    let names = (0..<1_000_000).map { "\"\($0)\":0" }.joined(separator: ",")
    let clock = ContinuousClock()
    let time = try clock.measure {
      let json = try JSON(parsing: "{\(names)}", within: JSON.Bounds(nodes: 2_000_000))
      #expect(json.members?.count == 1_000_000)
    }
    #expect(time < .seconds(60))
  }

  @Test("Threads that read at once do not get into one another's way")
  func manyThreads() async {
    await withTaskGroup(of: Void.self) { group in
      for thread in 0..<8 { group.addTask { readInTurn(thread) } }
    }
  }

  private func readInTurn(_ thread: Int) {
    for round in 0..<500 {
      let text = #"{"thread":\#(thread),"round":\#(round)"#
      let value = JSON.object([
        .init("thread", .integer(Int64(thread))), .init("round", .integer(Int64(round))),
      ])
      #expect(failure { try JSON(parsing: text) } != nil)
      #expect(try! JSON(parsing: text + "}") == value)
    }
  }

  @Test("A name of a megabyte is read")
  func longName() throws {
    let name = String(repeating: "n", count: 1 << 20)
    #expect(try JSON(parsing: "{\"\(name)\":1}").members?.first?.name.utf8.count == 1 << 20)
    #expect(failure { try JSON(parsing: "{\"\(name)\":1,\"\(name)\":1}") }!.message.utf8.count < 99)
  }
}
