import OrienModel
import OrienSystem
import Testing

@testable import OrienPlugins

/// What hangs here would hang for minutes, were it waited for in turn.
@Suite("A start is held up no longer than its bound by libraries")
struct StartTests {
  private static let longest = Duration.seconds(20)

  private static func library(_ name: String, _ more: String...) throws -> [UInt8] {
    try Fixture.bytes("named", ["ID=\"test.\(name)\"", "TOOL=\"\(name)\""] + more)
  }

  private static func names(_ count: Int) -> [String] {
    (0..<count).map { "hangs\($0 + 10)" }
  }

  @Test("that do not list their handlers: who was not asked in time is refused for this start")
  func listing() throws {
    let tools = try Tools()
    for name in Self.names(8) {
      try tools.put("\(name).so", Self.library(name, "STUCK_ENTRY"))
    }
    try tools.put("sound.so", Self.library("sound"))
    var folder = tools.folder
    folder.scanPatience = [.seconds(60), .seconds(120)]
    folder.togetherPatience = .seconds(2)
    let start = Instant.now
    let contents = try folder.load(for: tools.node)
    #expect(Instant.now.since(start) < Self.longest)
    #expect(contents.plugins.isEmpty)
    let failures = contents.refused.map(\.failure)
    #expect(failures.count == 9 && Set(failures.map(\.reason)) == ["slow", "late"])
    #expect(failures.allSatisfy { $0.message.hasSuffix("took all the time that a start has") })
    #expect(failures[8].reason == "late" && failures[8].code == .unavailable)
    // By the next start it is as if nothing had been.
    for name in Self.names(8) { try tools.put("\(name).so", Self.library(name)) }
    #expect(try tools.load().plugins.count == 9)
  }

  @Test("that were slow once are asked again when all others have been")
  func again() throws {
    let tools = try Tools()
    try tools.put("one.so", Self.library("one"))
    var folder = tools.folder
    folder.scanPatience = [.zero, .seconds(20)]
    #expect(try folder.load(for: tools.node).plugins.map(\.name) == ["one"])
  }

  @Test("whose open() hangs: the others open meanwhile, and stand in their order")
  func opening() throws {
    let tools = try Tools()
    let names = Self.names(8)
    for name in names { try tools.put("\(name).so", Self.library(name, "STUCK_OPEN")) }
    try tools.put("first.so", Self.library("first"))
    try tools.put("last.so", Self.library("last"))
    // Its tool is one of those: it waits for what becomes of that.
    try tools.put("rival.so", Fixture.bytes("named", ["ID=\"test.rival\"", "TOOL=\"hangs12\""]))
    var folder = tools.folder
    folder.openPatience = .seconds(3)
    let start = Instant.now
    let contents = try folder.load(for: tools.node)
    #expect(Instant.now.since(start) < Self.longest)
    #expect(contents.plugins.map(\.name) == ["first", "last", "rival"])
    #expect(contents.refused.map(\.file) == names.map { $0 + ".so" })
    #expect(
      contents.refused.allSatisfy { $0.failure.message == "open() did not return within 3000 ms" })
  }

  @Test("all of whose open()s hang: who was not opened in time is refused for this start")
  func openingLate() throws {
    let tools = try Tools()
    // Each is waited for a moment, and all of these moments are longer than what there is.
    let names = Self.names(10)
    for name in names { try tools.put("\(name).so", Self.library(name, "STUCK_OPEN")) }
    try tools.put("last.so", Self.library("last"))
    var folder = tools.folder
    // Scanned by an earlier start, which has time for that.
    folder.openPatience = .milliseconds(1)
    _ = try folder.load(for: tools.node)
    folder.openPatience = .seconds(60)
    folder.togetherPatience = .seconds(1)
    let start = Instant.now
    let contents = try folder.load(for: tools.node)
    #expect(Instant.now.since(start) < Self.longest)
    #expect(contents.plugins.isEmpty)
    #expect(contents.refused.map(\.failure.reason).last == "late")
    #expect(contents.refused[0].failure.reason == "stuck")
  }

  @Test("whose probe() hangs: all are asked side by side")
  func probing() throws {
    let tools = try Tools()
    let names = Self.names(30)
    for name in names { try tools.put("\(name).so", Self.library(name, "STUCK_PROBE")) }
    let start = Instant.now
    let plugins = try tools.load().plugins
    #expect(Instant.now.since(start) < Self.longest)
    #expect(plugins.count == 30)
    for plugin in plugins {
      guard case .unavailable(let failure) = plugin.state else {
        Issue.record("\(plugin.name) is \(plugin.state)")
        continue
      }
      #expect(failure.reason == "probe-silent")
    }
  }
}
