import OrienLedger
import OrienModel
import OrienPlugins
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("Kernel: operations beside one another", .timeLimit(.minutes(5)))
struct LaneTests {
  /// Answers as they come.
  private final class Answers {
    var all: [Result<JSON, Failure>] = []
  }

  private func ask(
    _ world: World, _ operation: String, _ arguments: String, within patience: Duration? = nil
  ) throws -> Answers {
    let answers = Answers()
    world.kernel.perform(
      operation, of: "echo/1", try JSON(parsing: arguments), within: patience
    ) { answers.all.append($0) }
    return answers
  }

  private static let waiting = #"{"name":"a","how":"wait"}"#

  @Test(
    "One that closes waits for none that does not, however many there are",
    arguments: ["node", "worker"])
  func closing(_ isolation: String) throws {
    try World.backing(.backend(isolation: isolation)) { world in
      let ordinary = try (0..<5).map { _ in try ask(world, "keep", Self.waiting) }
      try world.wait { world.kernel.operations.inFlight.count == 1 }
      let forgotten = try world.perform("forget", #"{"name":"a"}"#)
      #expect(forgotten == .object([]))
      let answered = ordinary.filter { !$0.all.isEmpty }.count
      #expect(answered == 0)
      #expect(world.kernel.operations.inFlight.count == 1)
      world.kernel.operations.stop()
      try world.wait { ordinary.allSatisfy { $0.all.count == 1 } }
    }
  }

  @Test("Of those that wait the ones that close go first, and the others leave one place to them")
  func first() throws {
    try World.backing(.backend()) { world in
      let backend = try world.kernel.operations.table.backend(of: "echo/1")
      var lanes = Lanes()
      for name in ["keep", "keep", "forget", "forget", "keep"] {
        let operation = try #require(backend.page.operation(name))
        let checked = try CheckedArguments(
          checking: JSON(parsing: #"{"name":"a"}"#), against: operation.arguments)
        lanes.add(Order(operation, of: "echo/1", checked, due: .now) { _ in })
      }
      func next() -> String? { lanes.next { _ in backend }?.operation.name }
      #expect([next(), next(), next()] == ["forget", "forget", nil])
      lanes.leave(.closing)
      #expect([next(), next()] == ["keep", nil])
      lanes.leave(.closing)
      #expect(lanes.running == 1 && next() == nil)
      lanes.leave(.ordinary)
      lanes.isHeld = true
      #expect(next() == nil)
      lanes.isHeld = false
      #expect([next(), next()] == ["keep", nil])
      #expect(lanes.takeAll().count == 1)
    }
  }

  @Test("One whose turn does not come in time is not called, and leaves no trace of a change")
  func expired() throws {
    try World.backing(.backend()) { world in
      let first = try ask(world, "keep", Self.waiting)
      try world.wait { world.kernel.operations.inFlight.count == 1 }
      expectRefusal(.unavailable, "backend-busy") {
        try world.perform("keep", #"{"name":"b"}"#, within: .milliseconds(20))
      }
      world.kernel.operations.stop()
      try world.wait { first.all.count == 1 }
    }
  }

  @Test(
    "One that outlives its deadline and heeds it is late, and its place is free",
    arguments: ["node", "worker"])
  func late(_ isolation: String) throws {
    try World.backing(.backend(isolation: isolation)) { world in
      expectRefusal(.unavailable, "backend-late") {
        try world.perform("keep", Self.waiting, within: .milliseconds(300))
      }
      #expect(world.kernel.operations.unreconciled.isEmpty)
      let kept = try world.perform("keep", #"{"name":"b"}"#)
      #expect(kept["key"] != nil)
    }
  }

  @Test("One in the node that never returns is given up, and its place comes back when it does")
  func stuck() throws {
    try World.backing(.backend(), grace: .milliseconds(10)) { world in
      let marker = world.scratch / "marker"
      expectRefusal(.unavailable, "backend-late") {
        try world.perform(
          "keep", #"{"name":"\#(marker)","how":"stuck"}"#, within: .seconds(1))
      }
      #expect(world.kernel.operations.unreconciled.map(\.operation) == ["keep"])
      let forgotten = try world.perform("forget", #"{"name":"a"}"#)
      #expect(forgotten == .object([]))
      let next = try ask(world, "keep", #"{"name":"b"}"#)
      #expect(next.all.isEmpty)
      try world.scratch.write("", to: "marker")
      try world.wait { next.all.count == 1 }
    }
  }

  @Test("One in a worker that never returns ends with it, and the next has a new one")
  func killed() throws {
    try World.backing(.backend(isolation: "worker"), grace: .milliseconds(10)) { world in
      // It runs by then.
      _ = try world.perform("keep", #"{"name":"c"}"#)
      expectRefusal(.unavailable, "backend-late") {
        try world.perform("keep", #"{"name":"a","how":"die"}"#, within: .seconds(2))
      }
      #expect(world.kernel.operations.unreconciled.count == 1)
      let kept = try world.perform("keep", #"{"name":"b"}"#)
      #expect(kept["key"] != nil)
    }
  }
}

@Suite("Kernel: a backend that is replaced", .timeLimit(.minutes(5)))
struct ReplacingTests {
  @Test("Its calls end before it is let go, and those that come wait for its successor")
  func held() throws {
    try World.backing(.backend()) { world in
      let operations = world.kernel.operations
      var (running, waiting): (Bool, Bool) = (true, true)
      var isQuiet = false
      let waits = try JSON(parsing: #"{"name":"a","how":"wait"}"#)
      world.kernel.perform("keep", of: "echo/1", waits) { _ in running = false }
      try world.wait { operations.inFlight.values.contains { $0.run != nil } }
      operations.hold("test.backend") { isQuiet = true }
      let arguments = try JSON(parsing: #"{"name":"b"}"#)
      world.kernel.perform("forget", of: "echo/1", arguments) { _ in waiting = false }
      #expect(!isQuiet)
      for order in operations.inFlight.values { order.run?.stop() }
      try world.wait { isQuiet }
      #expect(waiting)
      world.kernel.adopt(world.kernel.contents)
      try world.wait { !running && !waiting }
    }
  }

  @Test("One whose backend is gone when its turn comes is told so")
  func gone() throws {
    try World.backing(.backend()) { world in
      world.kernel.operations.hold("test.backend") {}
      var answer: Result<JSON, Failure>?
      let arguments = try JSON(parsing: #"{"name":"b"}"#)
      world.kernel.perform("forget", of: "echo/1", arguments) { answer = $0 }
      world.kernel.operations.adopt([])
      try world.wait { answer != nil }
      guard case .failure(let failure)? = answer else { throw Missing() }
      #expect(failure.reason == "no-backend")
    }
  }

  private struct Missing: Error {}
}
