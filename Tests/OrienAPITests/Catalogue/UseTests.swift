import OrienKernel
import OrienModel
import OrienPlugins
import OrienTestKit
import Testing

@testable import OrienAPI
@testable import OrienHTTP

@Suite("API: how plugins and tools are, and what became of their calls")
struct UseTests {
  private func plugin(_ file: String, _ site: Site) throws -> JSON {
    let listed = try site.ask("GET", "/plugins")["plugins"]?.array ?? []
    return try #require(listed.first { $0["file"]?.string == file })
  }

  private func tool(_ id: String, _ site: Site) throws -> JSON {
    try site.ask("GET", "/tools/\(id)").json
  }

  @Test("Calls are counted by tool and by plugin, those that failed too, and over a reload")
  func counts() throws {
    try Site.with { site in
      #expect(try tool("say", site)["use"]?["calls"]?.int64 == 0)
      #expect(try tool("say", site)["use"]?["lastEndedAt"] == nil)
      _ = try site.run("say", #"{"text":"a"}"#)
      _ = try site.run("say", #"{"text":"a"}"#)
      let id = try site.run("elsewhere", #"{"code":0,"reason":0,"number":3}"#)
      let failed = try site.ask("GET", "/executions/\(id)")["status"]?.string == "failed"
      let cancelled = try site.submit("wait_cancel")
      _ = try site.ask("DELETE", "/executions/\(cancelled)")
      _ = try site.world.end(of: #require(ExecutionID(cancelled)))
      let use = try tool("say", site)["use"]
      #expect(use?["calls"]?.int64 == 2 && use?["failures"]?.int64 == 0)
      let last = try #require(use?["lastWallMicroseconds"]?.int64)
      #expect(last > 0 && use!["wallMicroseconds"]!.int64! >= last)
      #expect(use?["lastEndedAt"]?.string != nil)
      // A catalogue in the place of another goes on counting, also when the plugin was away.
      let contents = site.world.kernel.contents
      var without = contents
      without.plugins.removeAll { $0.name == "tools" }
      site.world.kernel.adopt(without)
      #expect(try site.ask("GET", "/tools/say").status == 404)
      site.world.kernel.adopt(contents)
      _ = try site.run("say", #"{"text":"a"}"#)
      #expect(try tool("say", site)["use"]?["calls"]?.int64 == 3)
      let whole = try plugin("tools.so", site)["use"]
      #expect(whole?["calls"]?.int64 == 5)
      #expect(whole?["failures"]?.int64 == (failed ? 1 : 0))
      #expect(try plugin("echo.so", site)["use"]?["calls"]?.int64 == 0)
    }
  }

  @Test("A tool says of which library it is, and where that runs")
  func origin() throws {
    try Site.with { site in
      let (tool, plugin) = (try tool("say", site), try plugin("tools.so", site))
      for member in ["version", "hash", "generation", "isolation", "state"] {
        #expect(tool[member] != nil && tool[member] == plugin[member], "\(member)")
      }
      #expect(tool["hash"]?.string?.count == 64 && plugin["residentBytes"] == nil)
    }
  }

  @Test("A plugin's own process tells its memory while it runs, and one that only crashes says why")
  func worker() throws {
    try Site.with({ $0.libraries = try! [Self.deeds] }) { site in
      #expect(try plugin("deeds.so", site)["residentBytes"] == nil)
      _ = try site.run("deed", #"{"name":"nothing"}"#)
      var told: Int64?
      // Its process is asked when somebody asks for it, and tells it a moment later.
      try site.world.wait {
        told = (try? self.plugin("deeds.so", site))?["residentBytes"]?.int64
        return told != nil
      }
      let bytes = try #require(told)
      #expect(bytes > 100 << 10 && bytes < 1 << 30)
      try Self.crash(site)
      let (tool, plugin) = (try tool("deed", site), try plugin("deeds.so", site))
      #expect(plugin["state"]?.string == "quarantined" && tool["state"]?.string == "quarantined")
      #expect(plugin["reason"]?.string?.contains("orien plugin restart deeds") == true)
      #expect(plugin["residentBytes"] == nil)
      #expect(plugin["use"]!["failures"]!.int64! >= 5)
      let problems = try site.ask("GET", "/health")["problems"]?.array ?? []
      #expect(problems.count == 1)
      #expect(problems.first?.string?.hasPrefix("plugin deeds is quarantined: ") == true)
      _ = try site.ask("POST", "/plugins/deeds/restart")
      #expect(try self.plugin("deeds.so", site)["state"]?.string == "ready")
    }
  }

  static var deeds: Library {
    get throws { try .fixture("deeds", manifest: #"{"isolation":"worker"}"#) }
  }

  /// Until it is not started any more.
  static func crash(_ site: Site) throws {
    var plugin: JSON? = nil
    repeat {
      let body = #"{"sessionId":"s1","toolId":"deed","args":{"name":"abort"}}"#
      _ = try site.ask("POST", "/execute?wait=20", body)
      plugin = try site.ask("GET", "/plugins")["plugins"]?.array?.first
    } while plugin?["state"]?.string != "quarantined"
  }
}
