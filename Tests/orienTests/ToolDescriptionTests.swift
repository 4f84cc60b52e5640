import OrienModel
import Testing

@testable import orien

@Suite("A tool as people read it")
struct ToolDescriptionTests {
  private static func text(_ json: String) throws -> String {
    ToolDescription(tool: try JSON(parsing: json)).text(.plain)
  }

  @Test("It says what the tool takes, may use and costs, without the node's JSON")
  func whole() throws {
    let text = try Self.text(
      #"""
      {"id": "greet", "name": "Greet", "description": "Greets somebody.\nTwice.",
       "args": [{"name": "name", "type": "string", "required": true, "description": "Whom"},
                {"name": "times", "type": "number", "required": false, "description": "How often"},
                {"name": "mark", "type": "string", "required": false, "description": ""}],
       "maxDurationSeconds": 1.5,
       "resourceLimits": {"maxCpu": 75, "maxMemory": 512, "maxDiskWrite": 1024},
       "available": false, "unavailableReason": "no engine",
       "price": {"currency": "USD", "perCall": 10, "perCpuSecond": 0, "perGibSecond": 2000000,
                 "perUnit": {"token": 3}},
       "inputSchema": {"properties": {"times": {"default": 1}, "mark": {"default": ""}}},
       "example": {"name": "Ada"}}
      """#)
    #expect(
      text == """
        greet: Greet
        Greets somebody.
        Twice.

        ARGUMENT  TYPE    REQUIRED  DEFAULT  WHAT FOR
        name      string  yes                Whom
        times     number  no        1        How often
        mark      string  no        ""

        at most: 1.5 s, 75% of a processor, 512 MiB of memory, 1024 MiB on the disk
        price: 0.000010 USD a call, 2.000000 USD a second of a GiB of memory, 0.000003 USD a token
        example: {"name":"Ada"}
        not available: no engine

        """)
  }

  @Test("What there is nothing to say of is left out, and no word of it acts on a terminal")
  func little() throws {
    let text = try Self.text(
      #"{"id": "a\u001b[2J", "name": "b", "args": [], "price": {"currency": "USD", "perCall": 0}}"#)
    #expect(text == "a\u{FFFD}[2J: b\n\n\nIt takes no arguments.\n\nprice: none\n")
  }
}
