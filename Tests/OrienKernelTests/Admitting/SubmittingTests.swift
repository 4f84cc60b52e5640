import OrienLedger
import OrienModel
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("Kernel: submitting")
struct SubmittingTests {
  @Test("A call is kept, runs, and ends in one record that is seen once it is committed")
  func echo() throws {
    try World.with([.built("echo")]) { world in
      let report = try world.submit("echo", #"{"message":"hello"}"#)
      #expect(report.final == nil)
      #expect(report.receipt == nil)
      let record = try world.end(of: report.id)
      #expect(record.status == .completed)
      #expect(record.reason == "ok")
      #expect(record.exitCode == 0)
      #expect(record.owner == World.owner && record.session == World.session)
      #expect(record.plugin == "orien.echo")
      #expect(record.output.bytes == 6 && !record.output.isTruncated)
      #expect(record.usage.source == .thread)
      #expect(try world.text(of: report.id) == "hello\n")
      let final = try world.report(report.id)
      #expect(final.receipt?.position == 1)
      let receipt = try world.loop.answer {
        world.kernel.receipt(
          of: report.id, for: Caller(owner: World.owner, isOperator: false), then: $0)
      }
      #expect(receipt.position == 1 && receipt.hash == final.receipt?.hash)
    }
  }

  @Test("Nobody sees an end that is not on the disk, nor a call that is not")
  func commitFirst() throws {
    try World.with { world in
      var isAccepted = false
      var seen: [Status] = []
      let submission = try world.submission("say", #"{"text":"a"}"#)
      world.kernel.submit(submission) { result in
        isAccepted = true
        guard case .success(let report) = result else { return }
        seen.append(report.status)
      }
      try world.wait {
        for execution in world.kernel.executions.values {
          // What the ledger has not confirmed is told to nobody, whatever the memory knows.
          if case .accepting = execution.phase { #expect(!isAccepted && !execution.isVisible) }
          if case .settling = execution.phase { #expect(execution.status == .running) }
          if execution.status != seen.last, execution.isVisible { seen.append(execution.status) }
        }
        return seen.last == .completed
      }
      #expect(seen == [.running, .completed] || seen == [.pending, .running, .completed])
    }
  }

  @Test("Every fault of the arguments is named, and nothing is kept")
  func faults() throws {
    try World.with { world in
      let refused = failure {
        try world.submit("say", #"{"number":-1,"stream":"x","txt":""}"#)
      }
      #expect(refused?.code == .invalid)
      #expect(refused?.faults.map(\.pointer) == ["/args/number", "/args/stream", "/args/txt"])
      #expect(world.kernel.counters.accepted == 0)
      #expect(world.kernel.counters.refused["invalid-arguments"] == 1)
    }
  }

  @Test("A tool that is not there is not found in the whitelist")
  func unknownTool() throws {
    try World.with { world in
      let refused = failure { try world.submit("sya") }
      #expect(refused?.message == "Tool 'sya' not found in whitelist")
      #expect(refused?.faults.map(\.pointer) == ["/toolId"])
    }
  }

  @Test(
    "A file is proven to lie in the workspace before anything is kept",
    arguments: ["missing", "../state/ledger.db", "/etc/passwd", "a/../../x", ""])
  func files(path: String) throws {
    try World.with { world in
      let refused = failure { try world.submit("name_file", #"{"file":"\#(path)"}"#) }
      #expect(refused?.code == .invalid)
      #expect(refused?.faults.map(\.pointer) == ["/args/file"])
      #expect(world.kernel.active == 0)
      #expect(try world.run("keep", #"{"path":"a.txt","text":"hi"}"#).status == .completed)
      let record = try world.run("name_file", #"{"file":"a.txt"}"#)
      #expect(try world.text(of: record.id) == "a.txt")
    }
  }

  @Test("The same key and body are the same execution, another body is refused")
  func idempotency() throws {
    try World.with { world in
      let first = try world.submit("say", #"{"text":"a"}"#, key: "k")
      let again = try world.submit("say", #"{"text":"a"}"#, key: "k")
      #expect(again.id == first.id)
      _ = try world.end(of: first.id)
      let late = try world.submit("say", #"{"text":"a"}"#, key: "k")
      #expect(late.id == first.id && late.final?.status == .completed)
      let other = failure { try world.submit("say", #"{"text":"b"}"#, key: "k") }
      #expect(other?.code == .mismatch)
      let stranger = try world.submit("say", #"{"text":"a"}"#, owner: Owner("bob"), key: "k")
      #expect(stranger.id != first.id)
      _ = try world.end(of: stranger.id)
      #expect(world.kernel.counters.accepted == 2)
      #expect(world.kernel.running == 0)
    }
  }

  @Test("Two that come at once under one key are one execution")
  func twins() throws {
    try World.with { world in
      var ids: [ExecutionID] = []
      for _ in 0..<8 {
        let submission = try world.submission("say", #"{"text":"a"}"#, key: "k")
        world.kernel.submit(submission) { result in
          if case .success(let report) = result { ids.append(report.id) }
        }
      }
      try world.wait { ids.count == 8 }
      #expect(Set(ids).count == 1)
      _ = try world.end(of: ids[0])
      #expect(world.kernel.counters.accepted == 1)
      #expect(world.kernel.running == 0)
    }
  }

  @Test("A request that was accepted is found again, whatever has become of what it needed")
  func retries() throws {
    try World.with { world in
      _ = try world.run("keep", #"{"path":"a.txt","text":"hi"}"#)
      let id = try world.submit("name_file", #"{"file":"a.txt"}"#, key: "k").id
      _ = try world.end(of: id)
      try world.remove()
      expectRefusal(.invalid) { try world.submit("name_file", #"{"file":"a.txt"}"#) }
      #expect(try world.submit("name_file", #"{"file":"a.txt"}"#, key: "k").id == id)
      let other = failure { try world.submit("name_file", #"{"file":"b.txt"}"#, key: "k") }
      #expect(other?.code == .mismatch)
      let new = failure { try world.submit("name_file", #"{"file":"a.txt"}"#, key: "l") }
      #expect(new?.code == .invalid)
      world.kernel.drain()
      #expect(try world.submit("name_file", #"{"file":"a.txt"}"#, key: "k").id == id)
      expectRefusal(.unavailable, "draining") { try world.submit("say", key: "l") }
    }
  }

  @Test("Another's execution is not to be found, by any way of asking")
  func strangers() throws {
    try World.with { world in
      let id = try world.submit("wait_cancel").id
      let bob = Caller(owner: Owner("bob"), isOperator: false)
      expectRefusal(.notFound) { try world.report(id, owner: bob.owner) }
      expectRefusal(.notFound) { try world.cancel(id, owner: bob.owner) }
      let observation = world.kernel.observe(id, for: bob) {}
      #expect(observation == nil)
      let waiting: Result<ExecutionReport, Failure>? = {
        var answer: Result<ExecutionReport, Failure>?
        let wait = world.kernel.report(id, for: bob, waiting: .seconds(300)) { answer = $0 }
        #expect(wait == nil)
        _ = world.loop.drive { answer != nil }
        return answer
      }()
      expectRefusal(.notFound) { try waiting?.get() }
      try world.cancel(id)
      _ = try world.end(of: id)
      expectRefusal(.notFound) { try world.report(id, owner: bob.owner) }
    }
  }

  @Test("What is kept on the disk is not kept in memory too, nor what has been used")
  func memory() throws {
    try World.with { world in
      let text = String(repeating: "x", count: 100_000)
      let id = try world.submit("say", #"{"text":"\#(text)","number":0}"#, key: "k").id
      let execution = try #require(world.kernel.executions[id])
      #expect(execution.acceptance.arguments.isEmpty)
      #expect(execution.acceptance.idempotency == nil)
      _ = try world.end(of: id)
      #expect(execution.bytes < 4096)
    }
  }

  @Test("A wait ends with the execution, with its patience, or when it is ended")
  func waits() throws {
    try World.with { world in
      let caller = Caller(owner: World.owner, isOperator: false)
      let id = try world.submit("wait_cancel").id
      let short = try world.loop.answer {
        world.kernel.report(id, for: caller, waiting: .milliseconds(1), then: $0)
      }
      #expect(!short.status.isFinal)
      var ended: Status?, finished: Status?
      let wait = world.kernel.report(id, for: caller, waiting: .seconds(300)) {
        ended = try? $0.get().status
      }
      world.kernel.report(id, for: caller, waiting: .seconds(300)) {
        finished = try? $0.get().status
      }
      wait?.end()
      wait?.end()
      #expect(ended?.isFinal == false)
      try world.cancel(id)
      try world.wait { finished != nil }
      #expect(finished == .cancelled)
    }
  }
}
