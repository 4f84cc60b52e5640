import Testing

@testable import OrienModel

@Suite("Identifiers")
struct IdentifierTests {
  @Test(
    "A session's id has 1 to 128 letters, digits, dots, dashes and underscores",
    arguments: ["a", "A.b_c-9", "...", ".a", "-", "--help", String(repeating: "x", count: 128)])
  func session(id: String) {
    #expect(SessionID(id)?.description == id)
  }

  @Test(
    "Anything else is no session's id",
    arguments: [
      "", ".", "..", "../..", "a/b", "a b", " ", "a\nb", "a\0", "${HOME}", ";rm -rf", "é", "😀",
      "\u{212A}", "a%2fb", String(repeating: "x", count: 129),
      String(repeating: "x", count: 10_240),
    ])
  func noSession(id: String) {
    #expect(SessionID(id) == nil)
  }

  @Test("A tool's id has 1 to 64 letters, digits, dashes and underscores")
  func tool() {
    #expect(ToolID("python_script")?.description == "python_script")
    #expect(ToolID(String(repeating: "a", count: 64)) != nil)
    for id in ["", "a.b", "a/b", "é", "a ", String(repeating: "a", count: 65)] {
      #expect(ToolID(id) == nil)
    }
  }

  @Test("An execution's id is a version 4 UUID that reads back as itself")
  func execution() {
    let zero = ExecutionID(random: Array(repeating: 0, count: 16))
    #expect(zero.description == "exec-00000000-0000-4000-8000-000000000000")
    let ones = ExecutionID(random: Array(repeating: 255, count: 16))
    #expect(ones.description == "exec-ffffffff-ffff-4fff-bfff-ffffffffffff")
    #expect(ExecutionID(ones.description) == ones)
    #expect(
      ones.bytes == [255, 255, 255, 255, 255, 255, 0x4F, 255, 0xBF]
        + Array(repeating: 255, count: 7))
  }

  @Test(
    "What has not its form is no execution's id",
    arguments: [
      "", "exec-", "exec-0000000000000-4000-8000-00000000000a",
      "exec-FFFFFFFF-ffff-4fff-bfff-ffffffffffff", "EXEC-ffffffff-ffff-4fff-bfff-ffffffffffff",
      "exec-ffffffff-ffff-4fff-bfff-fffffffffffff", "exec-ffffffff-ffff-4fff-bfff-fffffffffff/",
      "ffffffff-ffff-4fff-bfff-ffffffffffffexec-",
    ])
  func noExecution(id: String) {
    #expect(ExecutionID(id) == nil)
  }
}
