import Testing

@testable import OrienModel

@Suite("Arguments, told to callers")
struct SchemaTests {
  private func written(_ body: (inout JSONWriter) -> Void) throws -> String {
    var writer = JSONWriter()
    body(&writer)
    _ = try JSON(parsing: writer.bytes)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private let arguments = try! [
    Argument(
      declaring: "mode", kind: .text, isRequired: true, doc: "How.",
      rules: #"{"enum":["a","b"],"pattern":"^[ab]$","description":"hidden","type":"string"}"#),
    Argument(
      declaring: "times", kind: .integer, fallback: "3",
      rules: #"{"exclusiveMinimum":0,"maximum":9.5}"#),
    Argument(declaring: "data", kind: .bytes),
    Argument(declaring: "args", kind: .texts, rules: #"{"items":{"maxLength":9},"maxItems":4}"#),
    Argument(declaring: "key", kind: .text, isSecret: true, fallback: #""s""#),
    Argument(declaring: "any", kind: .json, fallback: "null"),
    Argument(
      declaring: "env", kind: .json, fallback: "{}",
      rules: #"{"type":"object","additionalProperties":{"type":"string"}}"#),
  ]

  @Test("The schema says what the node enforces, and shows no secret's fallback")
  func inputSchema() throws {
    let schema = try written { $0.writeInputSchema(of: arguments) }
    #expect(
      schema == #"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","#
        + #""properties":{"mode":{"type":"string","description":"How.","enum":["a","b"],"#
        + #""pattern":"^[ab]$"},"#
        + #""times":{"type":"integer","exclusiveMinimum":0,"maximum":9.5,"default":3},"#
        + #""data":{"type":"string","contentEncoding":"base64"},"#
        + #""args":{"type":"array","maxItems":4,"items":{"type":"string","maxLength":9}},"#
        + #""key":{"type":"string","writeOnly":true},"any":{"default":null},"#
        + #""env":{"type":"object","additionalProperties":{"type":"string"},"default":{}}},"#
        + #""required":["mode"],"additionalProperties":false}"#)
  }

  @Test("A tool without arguments takes an empty object alone")
  func noArguments() throws {
    let schema = try written { $0.writeInputSchema(of: []) }
    #expect(
      schema == #"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","#
        + #""properties":{},"additionalProperties":false}"#)
  }

  @Test("The strict schema requires all, types all, and says the rest in words")
  func strictSchema() throws {
    #expect(arguments.haveStrictSchema)
    let schema = try written { $0.writeStrictSchema(of: arguments) }
    #expect(
      schema == #"{"type":"object","properties":{"mode":{"type":"string","description":"How.","#
        + #""enum":["a","b"],"pattern":"^[ab]$"},"#
        + #""times":{"type":["integer","null"],"description":"(null stands for 3)","#
        + #""exclusiveMinimum":0,"maximum":9.5},"#
        + #""data":{"type":["string","null"],"description":"(contentEncoding \"base64\")"},"#
        + #""args":{"type":["array","null"],"description":"(maxLength 9)","maxItems":4,"#
        + #""items":{"type":"string"}},"key":{"type":["string","null"]}},"#
        + #""required":["mode","times","data","args","key"],"additionalProperties":false}"#)
  }

  @Test("What is required and may be anything has no strict schema; what is optional may be null")
  func strictEdges() throws {
    let any = try Argument(declaring: "any", kind: .json, isRequired: true)
    let count = try Argument(
      declaring: "count", kind: .json, isRequired: true, rules: #"{"type":"integer"}"#)
    #expect(![any].haveStrictSchema && [count].haveStrictSchema)
    let level = try Argument(
      declaring: "level", kind: .text, rules: #"{"const":"a","format":"email","minLength":1}"#)
    let schema = try written { $0.writeStrictSchema(of: [count, level]) }
    #expect(
      schema == #"{"type":"object","properties":{"count":{"type":"integer"},"#
        + #""level":{"type":["string","null"],"description":"(minLength 1)","#
        + #""enum":["a",null],"format":"email"}},"#
        + #""required":["count","level"],"additionalProperties":false}"#)
  }

  @Test("ORIEN's coordinators read types and validation by their own names")
  func orienArguments() throws {
    let text = try written { $0.writeORIENArguments(arguments) }
    #expect(
      text == #"[{"name":"mode","type":"string","required":true,"description":"How.","#
        + #""validation":{"pattern":"^[ab]$","allowedValues":["a","b"]}},"#
        + #"{"name":"times","type":"number","required":false,"description":"","#
        + #""validation":{"min":1,"max":9}},"#
        + #"{"name":"data","type":"string","required":false,"description":""},"#
        + #"{"name":"args","type":"array","required":false,"description":""},"#
        + #"{"name":"key","type":"string","required":false,"description":""},"#
        + #"{"name":"any","type":"json","required":false,"description":""},"#
        + #"{"name":"env","type":"json","required":false,"description":""}]"#)
  }

  @Test(
    "A bound that does not pass itself is left out of ORIEN's validation, or moved by one",
    arguments: [
      (.number, #"{"exclusiveMinimum":0,"maximum":1}"#, #"{"max":1}"#),
      (.number, #"{"exclusiveMinimum":0,"minimum":0.5}"#, #"{"min":0.5}"#),
      (.integer, #"{"minimum":0.5,"exclusiveMaximum":2}"#, #"{"min":1,"max":1}"#),
      (.integer, #"{"minimum":5,"exclusiveMinimum":5}"#, #"{"min":6}"#),
    ] as [(Argument.Kind, String, String)])
  func ranges(kind: Argument.Kind, rules: String, validation: String) throws {
    let argument = try Argument(declaring: "x", kind: kind, rules: rules)
    let text = try written { $0.writeORIENArguments([argument]) }
    #expect(text.contains(#""validation":\#(validation)}"#))
  }
}
