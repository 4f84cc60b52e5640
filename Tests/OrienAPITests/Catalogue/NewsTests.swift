import OrienKernel
import OrienModel
import OrienPlugins
import OrienTestKit
import Testing

@testable import OrienAPI
@testable import OrienHTTP

@Suite("API: news of the catalogue")
struct NewsTests {
  private func follow(_ site: Site, after last: String? = nil) -> Line {
    site.start("GET", "/events", nil, last.map { ["Last-Event-ID": $0] } ?? [:])
  }

  private func events(_ line: Line) -> [Event] { Event.all(in: Answer(line.output)?.text ?? "") }

  /// Waits until so many have come.
  private func events(_ count: Int, _ line: Line, _ site: Site) throws -> [Event] {
    try site.world.wait { events(line).count >= count }
    return events(line)
  }

  private func files(_ event: Event, _ list: String) -> [String] {
    event.json[list]?.array?.compactMap { $0["file"]?.string } ?? []
  }

  /// Changes what is served.
  private func change(_ site: Site, _ body: (inout ToolsContents) -> Void) {
    var contents = site.world.kernel.contents
    body(&contents)
    site.world.kernel.adopt(contents)
  }

  private static let bad = RefusedPlugin(
    file: "bad.so", id: "test.bad", failure: Failure(.invalid, "bad-table", "id: is none"))

  @Test("What comes, goes and is refused is told as it happens, and nothing where nothing changed")
  func changes() throws {
    try Site.with { site in
      let line = follow(site)
      #expect(try events(1, line, site).map(\.name) == ["begin"])
      let echo = try #require(site.world.kernel.contents.plugins.first { $0.name == "echo" })
      change(site) { $0.plugins.removeAll { $0 === echo } }
      change(site) { _ in }
      change(site) { $0.refused = [Self.bad] }
      change(site) { contents in
        contents.plugins.append(echo)
        contents.refused = []
      }
      let told = try events(4, line, site)
      #expect(told.count == 4 && told[0].json["missed"]?.bool == false)
      #expect(Set(told.map(\.name)) == ["begin", "catalogue"])
      #expect(files(told[1], "removed") == ["echo.so"] && files(told[1], "added") == [])
      #expect(files(told[2], "refused") == ["bad.so"])
      #expect(told[2].json["refused"]?.array?.first?["reason"]?.string == "id: is none")
      #expect(files(told[3], "added") == ["echo.so"] && files(told[3], "removed") == ["bad.so"])
      let added = told[3].json["added"]?.array?.first
      #expect(added?["tools"]?.array == [.string("echo")] && added?["state"]?.string == "ready")
      line.end()
    }
  }

  @Test("Who comes back after any event gets all that followed it, once")
  func resumes() throws {
    try Site.with { site in
      let line = follow(site)
      let plugins = site.world.kernel.contents.plugins
      for _ in 0..<3 {
        change(site) { $0.plugins = [] }
        change(site) { $0.plugins = plugins }
      }
      let all = try events(7, line, site)
      line.end()
      // Also of what happened while nobody followed.
      change(site) { $0.refused = [Self.bad] }
      for (index, event) in all.enumerated() {
        let again = follow(site, after: event.id)
        let rest = try events(7 - index, again, site)
        #expect(Array(rest.dropLast()) == Array(all[(index + 1)...]))
        #expect(files(rest.last!, "refused") == ["bad.so"])
        again.end()
      }
    }
  }

  @Test("Who was away for longer than is remembered, or at another node, is told that")
  func gaps() throws {
    try Site.with { site in
      let line = follow(site)
      let first = try #require(events(1, line, site).first?.id)
      line.end()
      let long = String(repeating: "x", count: 100 << 10)
      for number in 0..<4 {
        change(site) { contents in
          contents.refused = [Self.bad]
          contents.refused[0].failure.message = "\(number)" + long
        }
      }
      for id in [first, "0123456789abcdef-0", String(first.dropLast()) + "9999"] {
        let again = follow(site, after: id)
        let told = try events(1, again, site)
        #expect(told.map(\.name) == ["begin"] && told[0].json["missed"]?.bool == true)
        again.end()
      }
      for id in [
        "x", "1", "-1", "0123456789abcdef", "0123456789ABCDEF-0", first + "-1", "+" + first,
      ] {
        let refused = try site.ask("GET", "/events", nil, ["Last-Event-ID": id])
        #expect(refused.status == 400 && refused["code"]?.string == "invalid-event-id", "\(id)")
      }
    }
  }

  @Test("A slow client is told that it has missed something, and costs no more than what is kept")
  func slow() throws {
    try Site.with { site in
      let line = site.open()
      line.take(400)
      site.start("GET", "/events", on: line)
      let long = String(repeating: "x", count: 100 << 10)
      for number in 0..<12 {
        change(site) { contents in
          contents.refused = [Self.bad]
          contents.refused[0].failure.message = "\(number)" + long
        }
      }
      #expect(line.connection.output.count < 512 << 10)
      line.take(.max)
      try site.world.wait { events(line).filter { $0.name == "begin" }.count == 2 }
      #expect(events(line).last?.json["missed"]?.bool == true)
      line.end()
    }
  }

  @Test("That a plugin is not started any more is told, and that it is again")
  func states() throws {
    try Site.with({ $0.libraries = try! [UseTests.deeds] }) { site in
      site.api.newsInterval = .milliseconds(1)
      let line = follow(site)
      try UseTests.crash(site)
      func wait(_ state: String) throws -> JSON {
        var found: JSON?
        try site.world.wait {
          found = events(line).last?.json["states"]?.array?.first
          return found?["state"]?.string == state
        }
        return found!
      }
      let told = try wait("quarantined")
      #expect(told["reason"]?.string?.contains("orien plugin restart deeds") == true)
      _ = try site.ask("POST", "/plugins/deeds/restart")
      #expect(try wait("ready")["file"]?.string == "deeds.so")
      line.end()
    }
  }

  @Test("It counts among the streams, beats, ends with its client, and with the node as a whole")
  func ends() throws {
    try Site.with { site in
      site.api.mostStreams = 2
      site.api.heartbeat = .milliseconds(1)
      let lines = [follow(site), follow(site)]
      let refused = try site.ask("GET", "/events")
      #expect(refused.status == 503 && refused["code"]?.string == "too-many-streams")
      try site.world.wait { (Answer(lines[0].output)?.text ?? "").contains(": \n\n: \n\n") }
      lines[0].end()
      #expect(site.api.openStreams == 1)
      site.world.kernel.drain()
      #expect(try site.answer(on: lines[1]).isWhole)
      #expect(try site.ask("GET", "/events")["code"]?.string == "draining")
    }
  }
}
