import Testing

@testable import OrienModel

@Suite("JSON, written")
struct JSONWritingTests {
  private func written(_ body: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    body(&writer)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  @Test("Members and elements are separated, absent ones left out, names and texts escaped")
  func structure() {
    let text = written { writer in
      writer.object { writer in
        writer.field("id", "exec\"1")
        writer.field("missing", nil as String?)
        writer.field("count", 3)
        writer.object("empty") { _ in }
        writer.array("list") { writer in
          writer.write(true)
          writer.writeNull()
          writer.array { writer in writer.write(1 as Int64) }
          writer.object { writer in writer.field("a\n", JSON.null) }
        }
        writer.name("raw")
        writer.write(raw: [0x7B, 0x7D])
        writer.field("names", ["a", "b"])
      }
    }
    #expect(
      text
        == #"{"id":"exec\"1","count":3,"empty":{},"list":[true,null,[1],{"a\n":null}],"#
        + #""raw":{},"names":["a","b"]}"#)
  }

  @Test("A writer goes on behind what is there, and sets no comma before its first value")
  func behindOthers() {
    var writer = JSONWriter(after: Array("data: ".utf8))
    writer.object { $0.field("a", 1) }
    #expect(String(decoding: writer.bytes, as: UTF8.self) == #"data: {"a":1}"#)
  }

  @Test("Every control character is escaped and nothing else is")
  func escapes() {
    let expected: [Character: String] = [
      "\"": #"\""#, "\\": #"\\"#, "\u{8}": #"\b"#, "\t": #"\t"#, "\n": #"\n"#, "\u{C}": #"\f"#,
      "\r": #"\r"#, "\u{1}": #"\u0001"#, "\u{1F}": #"\u001f"#, "/": "/", "\u{7F}": "\u{7F}",
      "\u{2028}": "\u{2028}", "𝄞": "𝄞", "\0": #"\u0000"#, "\u{B}": #"\u000b"#,
    ]
    for (character, escaped) in expected {
      #expect(written { $0.write(String(character)) } == "\"\(escaped)\"")
    }
  }

  @Test("An escape is found at every place of a long text", arguments: 0..<70)
  func escapeAnywhere(place: Int) {
    for special in ["\"", "\\", "\u{1}", "\u{1F}"] {
      var text = Array(repeating: "é", count: 70)
      text[place] = special
      let json = JSON.string(text.joined())
      #expect(try! JSON(parsing: json.compact) == json)
    }
  }

  @Test(
    "Numbers are written in as few digits as tell them apart",
    arguments: [
      (.integer(0), "0"), (.integer(.min), "-9223372036854775808"), (.integer(-10), "-10"),
      (.integer(.max), "9223372036854775807"), (.unsigned(.max), "18446744073709551615"),
      (.number(0.1), "0.1"), (.number(1), "1.0"), (.number(-0.0), "-0.0"),
      (.number(.leastNonzeroMagnitude), "5e-324"), (.number(1e21), "1e+21"),
      (.number(0.30000000000000004), "0.30000000000000004"),
      (.number(.nan), "null"), (.number(.infinity), "null"),
    ] as [(JSON, String)])
  func numbers(value: JSON, text: String) {
    #expect(String(decoding: value.compact, as: UTF8.self) == text)
  }

  @Test("Bytes that are no UTF-8 become a text all the same")
  func repaired() {
    #expect(written { $0.write(repairing: [0x61, 0xFF, 0x62] as [UInt8]) } == "\"a\u{FFFD}b\"")
  }
}
