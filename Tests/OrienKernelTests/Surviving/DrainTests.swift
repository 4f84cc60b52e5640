import OrienLedger
import OrienModel
import OrienSandbox
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("Kernel: going down")
struct DrainTests {
  private static func one(_ settings: inout World.Settings) { settings.policy.slots = 1 }

  @Test("A draining node takes nothing new, and finishes what runs")
  func drains() throws {
    try World.with([], Self.one) { world in
      let first = try world.submit("go", #"{"words":["x"]}"#)
      let second = try world.submit("say")
      let process = try world.process()
      world.kernel.drain()
      let refused = failure { try world.submit("say") }
      #expect(refused?.code == .unavailable && refused?.reason == "draining")
      #expect(world.kernel.waiting == 0)
      process.exit(0)
      #expect(try world.end(of: first.id).status == .completed)
      #expect(try world.report(second.id).status == .pending)
      expectRefusal(.unavailable) { try world.cancel(second.id) }
    }
  }

  @Test("Who waits for what is left to the next node is answered with how it is")
  func waits() throws {
    try World.with([], Self.one) { world in
      let first = try world.submit("go", #"{"words":["x"]}"#)
      let second = try world.submit("say")
      var answer: Status?
      let caller = Caller(owner: World.owner, isOperator: false)
      world.kernel.report(second.id, for: caller, waiting: .seconds(300)) {
        answer = try? $0.get().status
      }
      world.kernel.drain()
      try world.wait { answer != nil }
      #expect(answer == .pending)
      try world.cancel(first.id)
      _ = try world.end(of: first.id)
    }
  }

  @Test("What does not end in its time is cancelled by the node, and costs nothing")
  func bound() throws {
    let tools = try Library.tools(manifest: #"{"price":{"perCall":5}}"#)
    try World.with([tools]) { world in
      let handler = try world.submit("wait_cancel")
      let process = try world.submit("go", #"{"words":["x"]}"#)
      _ = try world.process()
      try world.shutDown(within: .milliseconds(5))
      for id in [handler.id, process.id] {
        let record = try world.end(of: id)
        #expect(record.status == .cancelled && record.reason == "node-shutdown")
        #expect(record.costMicroUnits == 0)
      }
    }
  }

  @Test("What is on its way into the ledger does not keep the node from ending", arguments: [1, 9])
  func accepting(slots: Int) throws {
    try World.with([], { $0.policy.slots = slots }) { world in
      try world.submit("wait_cancel")
      var answers: [Result<ExecutionReport, Failure>] = []
      for _ in 0..<3 { world.kernel.submit(try world.submission("say")) { answers.append($0) } }
      // One more that is there already, and so is forgotten again.
      _ = try world.submit("say", key: "k")
      world.kernel.submit(try world.submission("say", key: "k")) { answers.append($0) }
      try world.shutDown(within: .zero)
      try world.wait { answers.count == 4 }
      for answer in answers {
        guard case .success(let report) = answer else { continue }
        let status = try world.report(report.id).status
        #expect(status == .pending || status.isFinal)
      }
    }
  }

  @Test("A submission whose workspace is still being opened when the node goes down is refused")
  func entering() throws {
    try World.with([], { $0.workspaces.openFolders = 0 }) { world in
      _ = try world.run("keep", #"{"path":"a.txt","text":"hi"}"#)
      // Now the first one's is closed.
      _ = try world.run("say", session: SessionID("other")!)
      var refused: Failure?
      world.kernel.submit(try world.submission("name_file", #"{"file":"a.txt"}"#)) {
        if case .failure(let failure) = $0 { refused = failure }
      }
      try world.shutDown(within: .zero)
      try world.wait { refused != nil }
      #expect(refused?.reason == "draining")
    }
  }
}
