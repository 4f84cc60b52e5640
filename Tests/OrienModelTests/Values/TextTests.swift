import Foundation
import OrienTestKit
import Testing

@testable import OrienModel

@Suite("Bytes and texts")
struct TextTests {
  @Test("Each of the 256 bytes is what ASCII says of it")
  func characters() {
    for byte in UInt8.min ... .max {
      let character = byte < 128 ? Character(Unicode.Scalar(byte)) : nil
      func isOne(of set: String) -> Bool { character.map(set.contains) ?? false }
      let small = "abcdefghijklmnopqrstuvwxyz"
      #expect(byte.isASCIIDigit == isOne(of: "0123456789"))
      #expect(byte.isASCIILowercase == isOne(of: small))
      #expect(byte.isASCIILetter == isOne(of: small + small.uppercased()))
      #expect(byte.isASCIIWord == isOne(of: small + small.uppercased() + "0123456789_-"))
      #expect(byte.isLowerHexDigit == isOne(of: "0123456789abcdef"))
      #expect(
        byte.hexValue
          == (character?.isASCII == true ? character?.hexDigitValue.map(UInt8.init) : nil))
    }
  }

  @Test("Hexadecimal digits come back as the bytes that they were")
  func hexadecimal() {
    let bytes = [UInt8](0...255)
    let text = String(hex: bytes)
    #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff") && text.utf8.count == 512)
    #expect(text.hexBytes == bytes)
    #expect(text.uppercased().hexBytes == bytes)
    #expect(String(hex: []).isEmpty)
  }

  @Test(
    "Decimal digits are padded in front",
    arguments: [
      (0, 1, "0"), (0, 3, "000"), (7, 2, "07"), (123, 2, "123"), (.max, 20, "18446744073709551615"),
    ]
      as [(UInt64, Int, String)])
  func decimal(value: UInt64, digits: Int, text: String) {
    var bytes: [UInt8] = []
    bytes.appendDecimal(value, digits: digits)
    #expect(String(decoding: bytes, as: UTF8.self) == text)
  }

  @Test("Base64 of every length is read back", arguments: Seed.some())
  func base64(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for count in 0..<200 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect([UInt8](base64: Data(bytes).base64EncodedString()) == bytes, "seed \(seed)")
    }
  }

  @Test(
    "Base64 that is not the one text of its bytes is refused",
    arguments: [
      "A", "AA", "AAA", "A===", "====", "=", "AA=A", "AA==AA==", "AB==", "AAB=", "AA A", "AAAA\n",
      "AA-_", "AAAé", "AA\u{212A}A", "ＡAAA",
    ])
  func badBase64(text: String) {
    #expect([UInt8](base64: text) == nil)
  }

  @Test(
    "A text in a message is cut, and moves neither cursor nor direction",
    arguments: [
      ("a\"b", #""a"b""#), ("a\u{1B}[2J\n", #""a\u{1b}[2J\u{a}""#),
      ("\u{202E}abc", #""\u{202e}abc""#),
      (String(repeating: "é", count: 41), "\"\(String(repeating: "é", count: 40))...\""),
      (String(repeating: "é", count: 40), "\"\(String(repeating: "é", count: 40))\""),
    ])
  func quoted(text: String, shown: String) {
    #expect(text.quoted == shown)
  }

  @Test("Texts whose bytes differ are two, though Unicode calls them equivalent")
  func exactText() {
    #expect("\u{212A}" == "K")
    #expect(ExactText("\u{212A}") != ExactText("K"))
    #expect(Set([ExactText("\u{212A}"), ExactText("K"), ExactText("K")]).count == 2)
    #expect(Owner("\u{212A}") != Owner("K"))
    #expect(JSON.object([.init("\u{212A}", .null)])["K"] == nil)
    #expect(JSON.string("\u{212A}") != .string("K"))
  }
}
