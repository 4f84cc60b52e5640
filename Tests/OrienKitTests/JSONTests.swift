import Testing

@testable import OrienKit

@Suite("JSON of the kit")
struct JSONTests {
  @Test(
    "What is read is written back in one form",
    arguments: [
      (" { \"b\" : [1, -2.5, true, null] , \"a\" : \"\" } ", #"{"a":"","b":[1,-2.5,true,null]}"#),
      (#""\u00e9\ud83d\ude00\n\/\u0001""#, "\"é😀\\n/\\u0001\""),
      ("9223372036854775807", "9223372036854775807"), ("1e2", "100.0"), ("-0", "0"), ("[]", "[]"),
    ])
  func reads(_ text: String, _ expected: String) throws {
    #expect(try JSON(parsing: text).text == expected)
  }

  @Test(
    "What is not JSON is refused",
    arguments: [
      "", "{", "[1,]", "{\"a\":1,}", "01", "-", "1.", "1e", "1e400", "nul", "\"\u{1}\"", "\"\\x\"",
      "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\\u+123\"", "1 2", "{\"a\":1,\"a\":2}",
      "{a:1}", "'a'", "\u{FEFF}1",
      String(repeating: "[", count: 65) + String(repeating: "]", count: 65),
    ])
  func refuses(_ text: String) {
    #expect(throws: Failure.self) { try JSON(parsing: text) }
  }

  @Test("Bytes that are no UTF-8 are refused inside a string")
  func encoding() {
    #expect(throws: Failure.self) { try JSON(parsing: [0x22, 0xC3, 0x22]) }
  }

  @Test(
    "Base64 is read strictly",
    arguments: [
      ("", []), ("AA==", [0]), ("AAE=", [0, 1]), ("AAEC", [0, 1, 2]), ("+/8=", [0xFB, 0xFF]),
      ("AB==", nil), ("AAF=", nil), ("A", nil), ("AA=A", nil), ("====", nil), ("A===", nil),
      ("AA-_", nil),
    ] as [(String, [UInt8]?)])
  func base64(_ text: String, _ expected: [UInt8]?) {
    #expect(base64Decoded(text) == expected)
  }
}
