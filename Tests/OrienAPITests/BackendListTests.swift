import OrienKernel
import OrienModel
import OrienTestKit
import Testing

@testable import OrienAPI

@Suite("The backends of roles in the interface")
struct BackendListTests {
  private func backing(_ definition: String...) throws -> (inout World.Settings) -> Void {
    let library = try Library.fixture("backend", definition)
    let pages = try RoleFolder.pages(in: TestRoles.folder)
    return { settings in
      settings.libraries = [library]
      settings.roles = RoleChoice(pages: pages)
    }
  }

  @Test("Each role stands with its backend and its operations", arguments: ["/tools", "/plugins"])
  func listed(_ path: String) throws {
    try Site.with(try backing()) { site in
      let rows = try site.ask("GET", path).json["backends"]?.array
      #expect(rows?.count == 1)
      let row = rows?.first
      #expect(row?["role"]?.string == "echo/1")
      #expect(row?["plugin"]?.string == "test.backend")
      #expect(row?["operations"]?.array?.compactMap(\.string) == ["say", "keep", "forget"])
      #expect(row?["available"]?.bool == true)
      #expect(row?["reason"] == nil)
    }
  }

  @Test("A role that nothing fits stands with the reason", arguments: ["/tools", "/plugins"])
  func unavailable(_ path: String) throws {
    try Site.with(try backing("LACKS_FORGET")) { site in
      let row = try site.ask("GET", path).json["backends"]?.array?.first
      #expect(row?["available"]?.bool == false)
      #expect(row?["reason"]?.string?.hasSuffix("lacks forget") == true)
    }
  }

  @Test("Metrics count reads by role, operation and outcome")
  func metrics() throws {
    try Site.with(try backing()) { site in
      try site.world.perform("say", #"{"text":"ho"}"#)
      let text = try site.ask("GET", "/metrics").text
      let line = #"orien_backend_reads_total{role="echo/1",operation="say",outcome="done"} 1"#
      #expect(text.contains(line))
      #expect(text.contains("orien_operations_unreconciled 0"))
    }
  }
}
