import Foundation
import OrienLedger
import OrienModel
import OrienSandbox
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("Kernel: settling")
struct SettlingTests {
  private static let priced =
    #"{"price":{"perCall":5,"perCpuSecond":1000000,"perUnit":{"token":7}}}"#

  private static func priced(_ body: (World) throws -> Void) throws {
    try World.with([.tools(manifest: Self.priced)]) { try body($0) }
  }

  @Test("What ended elsewhere is the call's exit, and its usage and units are billed")
  func elsewhere() throws {
    try Self.priced { world in
      let record = try world.run("elsewhere", #"{"code":0,"reason":0,"number":3000000}"#)
      #expect(record.status == .completed && record.exitCode == 0)
      #expect(record.usage.units == ["token": 3_000_000])
      #expect(record.usage.cpuUserMicroseconds >= 3_000_000)
      let cpu = record.usage.cpuMicroseconds
      #expect(record.costMicroUnits == 5 + cpu + 7 * 3_000_000)
      #expect(record.currency == "USD")
      let failed = try world.run("elsewhere", #"{"code":2,"reason":0,"number":0}"#)
      #expect(failed.status == .failed && failed.exitCode == 2)
    }
  }

  @Test(
    "Only the customer's own doing costs",
    arguments: [
      (1, "invalid", true), (2, "denied", true), (3, "not-found", true), (4, "limited", true),
      (8, "conflict", true), (6, "unavailable", false), (7, "internal", false),
      (42, "plugin-misbehaved", false), (9, "plugin-misbehaved", false),
    ])
  func refusals(status: Int, reason: String, costs: Bool) throws {
    try Self.priced { world in
      let record = try world.run("refuse", #"{"status":\#(status),"text":"no"}"#)
      #expect(record.status == .failed && record.reason == reason)
      #expect((record.costMicroUnits > 0) == costs)
    }
  }

  @Test(
    "What the jail could not do costs nothing; what the program could not do does",
    arguments: [
      (Failure(.unavailable, "launcher-lost", "it went"), false),
      (Failure(.unavailable, "launcher-unavailable", "none came"), false),
      (Failure(.unavailable, "never-began", "it was killed before"), false),
      (Failure(.denied, "stub-lost", "it was killed"), true),
      (Failure(.unavailable, "jail-resources", "no more"), false),
      (Failure(.internal, "jail-refused", "no"), false),
    ])
  func jailFailures(failure: Failure, costs: Bool) throws {
    try Self.priced { world in
      world.jail.onStart = {
        $0.end(
          JailEnd(
            exit: ProcessExit(code: nil, signal: nil, reason: .lost), usage: Usage(),
            failure: failure))
      }
      let record = try world.run("go", #"{"words":["x"]}"#)
      #expect(record.status == .failed && record.reason == failure.reason)
      #expect((record.costMicroUnits > 0) == costs)
    }
  }

  @Test(
    "Where no program can be run for it a request costs nothing, though it was accepted",
    arguments: [
      Failure(.tooLarge, "exec-too-big", "too much"),
      Failure(.notFound, "exec-not-found", "no such program"),
    ])
  func refusedRequest(failure: Failure) throws {
    try Self.priced { world in
      world.jail.onStart = {
        $0.end(
          JailEnd(
            exit: ProcessExit(code: nil, signal: nil, reason: .lost), usage: Usage(),
            failure: failure, isRefusal: true))
      }
      let record = try world.run("go", #"{"words":["x"]}"#)
      #expect(record.status == .failed && record.reason == failure.reason)
      #expect(record.costMicroUnits == 0)
    }
  }

  @Test("Where its plugin asks for a program that nobody has granted it, nobody pays for it")
  func outside() throws {
    try Self.priced { world in
      let record = try world.run("go", #"{"words":["x"],"outside":true}"#)
      #expect(record.status == .failed && record.reason == "not-granted")
      #expect(record.costMicroUnits == 0 && world.jail.processes.isEmpty)
    }
  }

  @Test("An output that the node's disk does not take is the host's fault, and costs nothing")
  func lostOutput() throws {
    try Self.priced { world in
      try FileManager.default.removeItem(atPath: world.scratch / "state/outputs")
      let record = try world.run("say", #"{"text":"x","number":100000}"#)
      #expect(record.status == .failed && record.reason == "output-lost")
      #expect(record.costMicroUnits == 0 && !record.output.isTruncated)
      #expect(record.output.bytes <= 64 << 10)
      let short = try world.run("say", #"{"text":"x","number":10}"#)
      #expect(short.status == .completed && short.costMicroUnits > 0)
    }
  }

  @Test("A tool without a price costs nothing, whatever it uses")
  func free() throws {
    try World.with { world in
      let record = try world.run("elsewhere", #"{"code":0,"reason":0,"number":9}"#)
      #expect(record.costMicroUnits == 0)
    }
  }

  @Test("Facts are merged by name and stand in the record; what is no object is refused")
  func facts() throws {
    try World.with { world in
      let text = #"{\"image\":\"a\",\"n\":1}"#
      let record = try world.run("say", #"{"text":"\#(text)","number":2,"stream":4}"#)
      #expect(record.facts == Array(#"{"image":"a","n":1}"#.utf8))
      let wrong = try world.run("say", #"{"text":"[1]","stream":4}"#)
      #expect(wrong.status == .failed && wrong.reason == "invalid" && wrong.facts == nil)
      let many = (0..<300).map { #"\"f\#($0)\":1"# }.joined(separator: ",")
      let limited = try world.run("say", #"{"text":"{\#(many)}","stream":4}"#)
      #expect(limited.facts == nil)
    }
  }

  @Test("What is kept in memory of a finished call counts its facts")
  func factsInMemory() throws {
    try World.with([], { $0.policy.recentBytes = 100_000 }) { world in
      let value = String(repeating: "v", count: 40_000)
      for _ in 0..<6 {
        _ = try world.run("say", #"{"text":"{\"f\":\"\#(value)\"}","stream":4}"#)
      }
      #expect(world.kernel.executions.count <= 2)
    }
  }

  @Test("What is kept in memory of a finished call counts the room that its output has taken")
  func outputInMemory() throws {
    try World.with([], { $0.policy.recentBytes = 500_000 }) { world in
      let piece = String(repeating: "v", count: 100)
      for _ in 0..<20 { _ = try world.run("say", #"{"text":"\#(piece)","number":330}"#) }
      let held = world.kernel.executions.values.map { $0.output.head.capacity }
      #expect(held.count > 1 && held.reduce(0, +) <= 500_000)
    }
  }

  @Test("Events are numbered, told as they come, and forgotten from the oldest on")
  func events() throws {
    try World.with { world in
      let submission = try world.submission("say", #"{"text":"{}","number":6000,"stream":3}"#)
      var changes = 0
      let id = try world.loop.answer { world.kernel.submit(submission, then: $0) }.id
      let caller = Caller(owner: World.owner, isOperator: false)
      let observation = world.kernel.observe(id, for: caller) { changes += 1 }
      _ = try world.end(of: id)
      let events = world.kernel.events(of: id)
      #expect(events.count == 6000)
      #expect(events.number(of: 0) == events.count - events.from(0).count)
      #expect(events.from(events.count - 1).count == 1 && events.from(events.count).isEmpty)
      #expect(events.from(.max).isEmpty)
      #expect(events.bytes <= 256 << 10)
      #expect(changes > 0 || observation == nil)
    }
  }

  @Test("Each limit is told as it was wished for, as the least that was granted, and who holds it")
  func limits() throws {
    let manifest = #"{"limits":{"memoryBytes":1000000,"outputBytes":99}}"#
    try World.with(
      [.tools(manifest: manifest)],
      {
        $0.policy.maxima.wallMilliseconds = 20_000
        $0.policy.maxima.outputBytes = 200
      }
    ) { world in
      let id = try world.submit("wait_cancel").id
      try world.begin(id)
      try world.cancel(id)
      let inNode = Dictionary(
        uniqueKeysWithValues: try world.end(of: id).limits.all.map { ($0.name, $0) })
      #expect(inNode["wallMilliseconds"]?.requested == 30_000)
      #expect(inNode["wallMilliseconds"]?.granted == 20_000)
      #expect(inNode["wallMilliseconds"]?.enforcedBy == .node)
      #expect(inNode["outputBytes"]?.requested == 1 << 20 && inNode["outputBytes"]?.granted == 99)
      #expect(
        inNode["memoryBytes"]?.requested == nil && inNode["memoryBytes"]?.granted == 1_000_000)
      #expect(inNode["memoryBytes"]?.enforcedBy == Enforcement.none)
      #expect(inNode["diskBytes"]?.enforcedBy == Enforcement.none)

      let exec = try world.submit("go", #"{"words":["x"]}"#).id
      let process = try world.process()
      let running = try world.report(exec).limits.all.first { $0.name == "memoryBytes" }
      #expect(running?.enforcedBy == .cgroup2)
      process.exit(0)
      let inJail = Dictionary(
        uniqueKeysWithValues: try world.end(of: exec).limits.all.map { ($0.name, $0.enforcedBy) })
      #expect(inJail["memoryBytes"] == .cgroup2 && inJail["processes"] == .rlimit)
      #expect(inJail["diskBytes"] == .count && inJail["wallMilliseconds"] == .node)
    }
  }
}
