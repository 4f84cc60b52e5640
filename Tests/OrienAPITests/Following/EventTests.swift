import OrienKernel
import OrienLedger
import OrienModel
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienAPI
@testable import OrienHTTP

@Suite("API: server-sent events")
struct EventTests {
  private func events(_ id: String, after last: String? = nil, _ site: Site) throws -> [Event] {
    let answer = try site.ask(
      "GET", "/executions/\(id)/events", nil, last.map { ["Last-Event-ID": $0] } ?? [:])
    #expect(answer.status == 200)
    #expect(answer[field: "content-type"] == "text/event-stream")
    return Event.all(in: answer.text)
  }

  @Test("Of a finished execution: what it wrote, then its end, each with an id")
  func finished() throws {
    try Site.with { site in
      let id = try site.submit("go", #"{"words":["x"]}"#)
      let process = try site.world.process()
      try process.write("out")
      try process.write("err", errors: true)
      process.exit(1)
      _ = try site.world.end(of: #require(ExecutionID(id)))
      let events = try events(id, site)
      #expect(events.map(\.name) == ["stdout", "stderr", "state"])
      #expect(events[0].json["text"]?.string == "out" && events[0].json["offset"]?.int64 == 0)
      #expect(events[2].json["status"]?.string == "failed")
      #expect(Set(events.map(\.id)).count == events.count)
    }
  }

  @Test("Of a running one: how it is, what it writes as it comes, and its end, and then no more")
  func running() throws {
    try Site.with { site in
      let id = try site.submit("go", #"{"words":["x"]}"#)
      let process = try site.world.process()
      let line = site.start("GET", "/executions/\(id)/events")
      func wait(_ names: [String]) throws {
        try site.world.wait {
          Event.all(in: Answer(line.output)?.text ?? "").map(\.name) == names
        }
      }
      try wait(["state"])
      try process.write("a")
      try wait(["state", "stdout"])
      try process.write("b", errors: true)
      try wait(["state", "stdout", "stderr"])
      process.exit(0)
      let events = Event.all(in: try site.answer(on: line).text)
      #expect(events.map(\.name) == ["state", "stdout", "stderr", "state"])
      #expect(events.first?.json["status"]?.string == "running")
      #expect(events.last?.json["status"]?.string == "completed")
      #expect(site.api.openStreams == 0)
    }
  }

  @Test("One that waits is told so, and that it runs before anything that it writes")
  func waiting() throws {
    try Site.with({ $0.policy.slots = 1 }) { site in
      let first = try site.submit("go", #"{"words":["x"]}"#)
      let id = try site.submit("go", #"{"words":["y"]}"#)
      let line = site.start("GET", "/executions/\(id)/events")
      try site.world.wait { !Event.all(in: Answer(line.output)?.text ?? "").isEmpty }
      try site.world.process().exit(0)
      let process = try site.world.process(2)
      try process.write("out")
      process.exit(0)
      let events = Event.all(in: try site.answer(on: line).text)
      let told = events.map { $0.json["status"]?.string ?? $0.name }
      #expect(told == ["pending", "running", "stdout", "completed"])
      _ = try site.world.end(of: #require(ExecutionID(first)))
    }
  }

  @Test("Who comes back after any event gets all that followed it, once")
  func resumes() throws {
    try Site.with { site in
      let id = try site.submit("go", #"{"words":["x"]}"#)
      let process = try site.world.process()
      let output = (0..<8000).map { "line \($0) é𝄞\n" }.joined()
      for piece in Array(output.utf8).split(every: 7001) {
        try process.write(piece)
        try process.write("err ", errors: true)
        try site.waitForOutput(piece.endIndex, of: id)
      }
      process.exit(0)
      _ = try site.world.end(of: #require(ExecutionID(id)))
      let all = try events(id, site)
      #expect(Event.text(all, "stdout") == output)
      let pieces = all.filter { $0.name == "stdout" }
      #expect(pieces.count > 5)
      for (index, event) in all.enumerated() {
        let rest = try events(id, after: event.id, site)
        #expect(Event.text(rest, "stdout") == Event.text(Array(all[(index + 1)...]), "stdout"))
        #expect(Event.text(rest, "stderr") == Event.text(Array(all[(index + 1)...]), "stderr"))
        let states = rest.filter { $0.name == "state" }
        #expect(states.count == (index == all.count - 1 ? 0 : 1))
      }
    }
  }

  @Test("Who comes back while it runs goes on where it was, also in a handler's events")
  func resumesRunning() throws {
    try Site.with { site in
      let id = try site.run("say", #"{"text":"{\"n\":1}","number":20,"stream":3}"#)
      let all = try events(id, site)
      let told = all.filter { $0.name == "event" }
      #expect(told.map(\.data) == Array(repeating: #"{"n":1}"#, count: 20))
      for (index, event) in all.enumerated() {
        #expect(try events(id, after: event.id, site) == Array(all[(index + 1)...]))
      }
    }
  }

  @Test(
    "An id that is none of the stream's is refused",
    arguments: [
      "x", "1", "0-0-0", "0-0-0-0", "-1-0-0-", "0-0-0-done", "0-0-0-running-", "+1-0-0-",
      "99999999999999999999-0-0-", "4-0-0-", "0-1-0-running", "0-0-0-running, 0-0-0-running",
    ])
  func garbage(id last: String) throws {
    try Site.with { site in
      let id = try site.run("say", #"{"text":"abc"}"#)
      let answer = try site.ask("GET", "/executions/\(id)/events", nil, ["Last-Event-ID": last])
      #expect(answer.status == 400 && answer["code"]?.string == "invalid-event-id")
    }
  }

  @Test("An empty id is a beginning")
  func emptyID() throws {
    try Site.with { site in
      let id = try site.run("say", #"{"text":"abc"}"#)
      #expect(try events(id, after: "", site) == events(id, site))
    }
  }

  @Test("A character is never split, however it came")
  func characters() throws {
    try Site.with { site in
      let id = try site.submit("go", #"{"words":["x"]}"#)
      let process = try site.world.process()
      let line = site.start("GET", "/executions/\(id)/events")
      for (index, byte) in "aé𝄞b".utf8.enumerated() {
        try process.write([byte])
        try site.waitForOutput(index + 1, of: id)
      }
      try process.write([0xF0, 0x9D])
      process.exit(0)
      let texts = Event.all(in: try site.answer(on: line).text).filter { $0.name == "stdout" }
        .compactMap { $0.json["text"]?.string }
      #expect(texts.joined() == "aé𝄞b\u{FFFD}")
      #expect(!texts.dropLast().joined().contains("\u{FFFD}"))
    }
  }

  @Test("A silent stream beats, and a client that goes away ends it")
  func heartbeats() throws {
    try Site.with { site in
      site.api.heartbeat = .milliseconds(1)
      let id = try site.submit("wait_cancel")
      let line = site.start("GET", "/executions/\(id)/events")
      try site.world.wait { (Answer(line.output)?.text ?? "").contains(": \n\n: \n\n") }
      #expect(site.api.openStreams == 1)
      line.end()
      #expect(line.isClosed && site.api.openStreams == 0)
      _ = try site.ask("DELETE", "/executions/\(id)")
    }
  }

  @Test("There are so many streams and no more, and one that ends makes room")
  func cap() throws {
    try Site.with { site in
      site.api.mostStreams = 2
      let id = try site.submit("wait_cancel")
      let paths = ["events", "output?follow=1"].map { "/executions/\(id)/\($0)" }
      let lines = paths.map { site.start("GET", $0) }
      try site.world.wait { site.api.openStreams == 2 }
      for path in paths {
        let refused = try site.ask("GET", path)
        #expect(refused.status == 503 && refused["code"]?.string == "too-many-streams")
      }
      #expect(try site.ask("GET", "/executions/\(id)/output").status == 200)
      lines[0].reset()
      let third = site.start("GET", "/executions/\(id)/events")
      try site.world.wait { site.api.openStreams == 2 }
      _ = try site.ask("DELETE", "/executions/\(id)")
      for line in [lines[1], third] { #expect(try site.answer(on: line).isWhole) }
    }
  }

  @Test(
    "What a handler has told waits for a slow client, also where nothing is kept of a call that is over"
  )
  func told() throws {
    try Site.with({
      $0.policy.slots = 1
      $0.policy.recentBytes = 0
    }) { site in
      _ = try site.submit("go", #"{"words":["x"]}"#)
      let id = try site.submit("say", #"{"text":"{\"n\":1}","number":2000,"stream":3}"#)
      let line = site.open()
      line.take(1000)
      site.start("GET", "/executions/\(id)/events", on: line)
      try site.world.process().exit(0)
      _ = try site.world.end(of: #require(ExecutionID(id)))
      while !line.isClosed, Answer(line.output)?.isWhole != true {
        site.world.loop.turn()
        line.take(20_000)
      }
      let events = Event.all(in: try #require(Answer(line.output)).text)
      #expect(events.filter { $0.name == "event" }.count == 2000)
      #expect(events.last?.json["status"]?.string == "completed")
    }
  }

  @Test("A slow client is late and loses nothing; the node keeps no more for it than a bound")
  func slow() throws {
    try Site.with { site in
      let id = try site.run("say", #"{"text":"0123456789abcdef\n","number":60000}"#)
      let line = site.open()
      line.take(1000)
      site.start("GET", "/executions/\(id)/events", on: line)
      var most = 0
      while !line.isClosed, Answer(line.output)?.isWhole != true {
        site.world.loop.turn()
        most = max(most, line.connection?.output.count ?? 0)
        line.take(200_000)
      }
      let events = Event.all(in: try #require(Answer(line.output)).text)
      #expect(Event.text(events, "stdout").utf8.count == 60000 * 17)
      #expect(most < 256 << 10)
    }
  }
}

extension Array {
  fileprivate func split(every count: Int) -> [ArraySlice<Element>] {
    stride(from: 0, to: self.count, by: count).map { self[$0..<Swift.min($0 + count, self.count)] }
  }
}
