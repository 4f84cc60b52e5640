import Foundation
import OrienModel
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("The folder of the roles' pages")
struct RoleFolderTests {
  private let scratch = Scratch()

  private func page() throws -> String {
    try String(contentsOfFile: TestRoles.folder + "/echo.1.json", encoding: .utf8)
  }

  @Test("Every page is read, and what is no page is left alone")
  func read() throws {
    try scratch.write(page(), to: "echo.1.json")
    try scratch.write(page().replacing("echo/1", with: "bell/2"), to: "bell.2.json")
    try scratch.write("# Pages", to: "README.md")
    #expect(try RoleFolder.pages(in: scratch.path).map(\.id) == ["bell/2", "echo/1"])
  }

  @Test(
    "A page of another name, one that means nothing, and one that others may write to are refused")
  func refused() throws {
    try scratch.write(page(), to: "echo.2.json")
    expectRefusal(.invalid, "bad-role-page") { try RoleFolder.pages(in: scratch.path) }
    try scratch.write("{}", to: "echo.2.json")
    let failure = failure { try RoleFolder.pages(in: scratch.path) }
    #expect(failure?.message.contains("echo.2.json: page.role: expected a role") == true)
    try scratch.write(page().replacing("echo/1", with: "echo/2"), to: "echo.2.json", mode: 0o666)
    expectRefusal(.denied, "untrusted-file") { try RoleFolder.pages(in: scratch.path) }
  }
}
