import OrienLedger
import OrienModel
import OrienSystem

/// How many executions a second the ledger accepts durably, a number of them in flight at any time:
///
///     bench-ledger FOLDER IN-FLIGHT SECONDS
///
/// What asks is a loop, as the node's is; each answer has been committed and synced when it comes.
@main
enum LedgerBench {
  static func main() throws {
    let words = CommandLine.arguments
    guard words.count == 4, let inFlight = Int(words[2]), let seconds = Int(words[3]) else {
      fatalError("usage: bench-ledger FOLDER IN-FLIGHT SECONDS")
    }
    let loop = try Loop()
    let ledger = try Ledger.open(in: StateFolder(at: words[1])) {
      fatalError("the ledger broke: \($0)")
    }
    let bench = Accepting(loop, ledger, until: .now + .seconds(seconds))
    let (start, before) = (Instant.now, Program.cpuMicroseconds)
    for _ in 0..<inFlight { bench.accept() }
    loop.run()
    let passed = Double(Instant.now.microseconds(since: start)) / 1e6
    let used = Double(Program.cpuMicroseconds - before)
    let count = Double(bench.accepted)
    print(#"{"perSecond": \#(count / passed), "cpuMicroseconds": \#(used / count)}"#)
    ledger.close()
  }
}

/// Asks anew with each answer, until its time is over. Belongs to the loop.
private final class Accepting {
  private(set) var accepted = 0
  private let loop: Loop
  private let ledger: Ledger
  private let end: Instant
  private var waiting = 0

  init(_ loop: Loop, _ ledger: Ledger, until end: Instant) {
    self.loop = loop
    self.ledger = ledger
    self.end = end
  }

  func accept() {
    waiting += 1
    ledger.accept(
      Acceptance(
        id: ledger.mint.mint(), session: SessionID("bench")!, owner: .operator,
        tool: ToolID("echo")!, arguments: Array(#"{"message":"hello"}"#.utf8), hasSecrets: false,
        acceptedAt: .now, runningAt: .now, idempotency: nil),
      then: loop.reply { [self] (result: Result<Accepted, Failure>) in
        if case .failure(let failure) = result { fatalError("refused: \(failure)") }
        accepted += 1
        waiting -= 1
        if loop.now < end { accept() } else if waiting == 0 { loop.stop() }
      })
  }
}
