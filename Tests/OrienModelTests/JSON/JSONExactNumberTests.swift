import OrienModel
import Testing

@Suite("Numbers as they were written")
struct JSONExactNumberTests {
  @Test("Each number is the text that it was, and each string what it was")
  func reads() throws {
    let text = #"{"a\"1":-0.1000000000000000000001,"b":[1e-7,"2\\",3],"4":"5.0","c":{"d":0 }}"#
    let json = try JSON(parsingExactly: Array(text.utf8))
    #expect(json["a\"1"]?.string == "-0.1000000000000000000001")
    #expect(json["b"]?.array == [.string("1e-7"), .string("2\\"), .string("3")])
    #expect(json["4"]?.string == "5.0")
    #expect(json["c"]?["d"]?.string == "0")
  }

  @Test("A whole number may be longer than any of ours")
  func long() throws {
    let digits = UInt256.max.description
    let json = try JSON(parsingExactly: Array("[\(digits),-\(digits)]".utf8))
    #expect(json.array == [.string(digits), .string("-" + digits)])
    #expect(throws: Failure.self) { try JSON(parsing: digits) }
  }

  @Test("A number alone is a document")
  func alone() throws { #expect(try JSON(parsingExactly: Array("12.50".utf8)).string == "12.50") }

  @Test(
    "What is no document is refused as ever",
    arguments: [
      "{\"a\":01}", "{\"a\":-}", "1 2", "[1", "1e999", "-01", "1.", "1-1", "+1", "{1:2}",
      "{1 :2}", "1true", "[1,]",
    ])
  func refuses(_ text: String) {
    #expect(throws: Failure.self) { try JSON(parsingExactly: Array(text.utf8)) }
  }
}
