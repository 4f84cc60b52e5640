import OrienKernel
import OrienLedger
import OrienModel
import OrienTestKit
import Testing

@testable import OrienAPI
@testable import OrienHTTP

@Suite("API: the bytes of a stream")
struct OutputTests {
  @Test(
    "What is asked for is sent, from where it is asked for",
    arguments: [
      ("", "stdout", "output"), ("?offset=3", "stdout", "put"), ("?offset=6", "stdout", ""),
      ("?offset=99", "stdout", ""), ("?stream=stderr", "stderr", "errors"),
      ("?stream=stderr&offset=2&follow=1", "stderr", "rors"),
    ])
  func parts(query: String, stream: String, text: String) throws {
    try Site.with { site in
      let id = try site.submit("go", #"{"words":["x"]}"#)
      let process = try site.world.process()
      try process.write("output")
      try process.write("errors", errors: true)
      process.exit(0)
      _ = try site.world.end(of: #require(ExecutionID(id)))
      let answer = try site.ask("GET", "/executions/\(id)/output" + query)
      #expect(answer.status == 200 && answer.text == text)
      #expect(answer[field: "content-type"] == "application/octet-stream")
    }
  }

  @Test(
    "A query that makes no sense is refused",
    arguments: [
      "?stream=both", "?stream=", "?offset=-1", "?offset=x", "?offset=99999999999999999999",
      "?follow=2", "?follow=1&follow=1", "?from=1",
    ])
  func refused(query: String) throws {
    try Site.with { site in
      let id = try site.run("say")
      #expect(try site.ask("GET", "/executions/\(id)/output" + query).status == 400)
    }
  }

  @Test("Without following, what is there now is the whole answer")
  func now() throws {
    try Site.with { site in
      let id = try site.submit("go", #"{"words":["x"]}"#)
      let process = try site.world.process()
      try process.write("so far")
      try site.world.wait { (try? site.ask("GET", "/executions/\(id)/output").text) == "so far" }
      process.exit(0)
    }
  }

  @Test("Following, all of it comes as it is written, and the answer ends with the execution")
  func follows() throws {
    try Site.with { site in
      let id = try site.submit("go", #"{"words":["x"]}"#)
      let process = try site.world.process()
      let line = site.start("GET", "/executions/\(id)/output?follow=1")
      var written: [UInt8] = []
      for count in [1, 5, 60_000, 60_000, 60_000, 3] {
        let piece = (0..<count).map { UInt8(truncatingIfNeeded: written.count + $0) }
        written += piece
        try process.write(piece)
        try site.world.wait { Answer(line.output)?.body == written }
      }
      #expect(Answer(line.output)?.isWhole == false)
      process.exit(0)
      #expect(try site.answer(on: line).body == written)
    }
  }

  @Test("A follower of one that waits gets nothing until it runs, and its end if it never does")
  func followsWaiting() throws {
    try Site.with({ $0.policy.slots = 1 }) { site in
      let first = try site.submit("wait_cancel")
      let id = try site.submit("say", #"{"text":"x"}"#)
      let line = site.start("GET", "/executions/\(id)/output?follow=1")
      try site.world.wait { Answer(line.output) != nil }
      _ = try site.ask("DELETE", "/executions/\(id)")
      let answer = try site.answer(on: line)
      #expect(answer.isWhole && answer.body.isEmpty)
      _ = try site.ask("DELETE", "/executions/\(first)")
    }
  }

  @Test("A slow reader is late and gets every byte once", arguments: [true, false])
  func slow(follows: Bool) throws {
    try Site.with { site in
      let id = try site.submit("go", #"{"words":["x"]}"#)
      let process = try site.world.process()
      let written = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
      var rest = written[...]
      let line = site.open()
      line.take(100)
      if follows { site.start("GET", "/executions/\(id)/output?follow=1", on: line) }
      while !rest.isEmpty {
        try process.write(rest.prefix(50_000))
        rest = rest.dropFirst(50_000)
        try site.waitForOutput(written.count - rest.count, of: id)
        line.take(7000)
      }
      process.exit(0)
      _ = try site.world.end(of: #require(ExecutionID(id)))
      if !follows { site.start("GET", "/executions/\(id)/output", on: line) }
      var answer: Answer?
      var most = 0
      try site.world.wait {
        line.take(100_000)
        most = max(most, line.connection?.output.count ?? 0)
        answer = Answer(line.output)
        return answer?.isWhole == true
      }
      #expect(answer?.body == written)
      #expect(most < 256 << 10)
    }
  }

  @Test("A follower that goes away is let go of, though nothing is written")
  func goesAway() throws {
    try Site.with { site in
      let id = try site.submit("wait_cancel")
      let line = site.start("GET", "/executions/\(id)/output?follow=1")
      try site.world.wait { Answer(line.output) != nil }
      line.end()
      #expect(line.isClosed)
      _ = try site.ask("DELETE", "/executions/\(id)")
    }
  }

  @Test("A HEAD has the answer's head and nothing else")
  func head() throws {
    try Site.with { site in
      let id = try site.run("say", #"{"text":"x"}"#)
      for path in ["output", "events"] {
        let line = site.start("HEAD", "/executions/\(id)/\(path)")
        try site.world.wait { Answer(line.output) != nil }
        #expect(Answer(line.output)?.status == 200 && Answer(line.output)?.body == [])
      }
    }
  }
}
