import OrienAPI
import OrienModel
import OrienSystem
import Testing

@testable import orien

@Suite("What a reload takes over")
struct ReloadTests {
  @Test("Settings that a running node can take hold now, the others are named")
  func settings() throws {
    var fresh = Configuration()
    fresh.rateLimit = 7
    fresh.logLevel = .debug
    fresh.port = 4001
    var report = ReloadReport()
    let next = try Configuration().adopting(fresh, &report)
    #expect(report.settings.sorted() == ["LOG_LEVEL", "RATE_LIMIT_PER_MINUTE"])
    #expect(report.needingRestart == ["PORT"])
    #expect(next.rateLimit == 7)
    #expect(next.port == 4000)
    var again = ReloadReport()
    _ = try next.adopting(fresh, &again)
    #expect(again.settings.isEmpty)
    // It is so until the restart.
    #expect(again.needingRestart == ["PORT"])
  }

  @Test(
    "A node that listens beyond loopback keeps a key, wherever it is told to listen from now on")
  func lastKey() {
    var running = Configuration()
    running.host = [0, 0, 0, 0]
    running.apiKey = "0123456789abcdef0123"
    let fresh = Configuration()
    var report = ReloadReport()
    let failure = #expect(throws: Failure.self) { try running.adopting(fresh, &report) }
    #expect(failure?.reason == "no-key")
  }
}
