import Foundation
import OrienLedger
import OrienModel
import OrienSandbox
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienKernel

/// A random life of a node: customers submit, cancel, look and remove while processes write, end
/// and are lost. A seed brings the same choices back.
final class Schedule {
  private let world: World
  private var random: SeededGenerator
  private var accepted: [ExecutionID: Owner] = [:]
  private var asked = 0
  private var answered = 0
  private var looks: [ExecutionObservation] = []
  private(set) var executions: [Weak] = []

  struct Weak { weak var execution: Execution? }

  private static let owners = [Owner("alice"), Owner("bob")]
  private static let sessions = ["s1", "s2", "s3"].map { SessionID($0)! }
  private static let calls: [(tool: String, arguments: String)] = [
    ("say", #"{"text":"hello"}"#), ("say", #"{"text":"0123456789abcdef","number":9000}"#),
    ("say", #"{"text":"{}","number":50,"stream":3}"#), ("wait_cancel", "{}"),
    ("go", #"{"words":["x"]}"#), ("run", #"{"words":["x"]}"#),
    ("run", #"{"words":["x"],"capture":9,"bound":2}"#), ("refuse", #"{"status":1,"text":"no"}"#),
    ("keep", #"{"path":"a.txt","text":"hi"}"#), ("name_file", #"{"file":"a.txt"}"#),
    ("say", #"{"number":-1}"#),
  ]

  init(_ world: World, seed: UInt64) {
    self.world = world
    random = SeededGenerator(seed: seed)
  }

  func run(steps: Int) throws {
    for _ in 0..<steps {
      switch Int.random(in: 0..<20, using: &random) {
      case 0..<9: try submit()
      case 9..<11: cancel()
      case 11..<14: endProcess()
      case 14..<16: try write()
      case 16: remove()
      case 17: look()
      default: turn(Int.random(in: 1...8, using: &random))
      }
    }
    try finish()
  }

  private func owner() -> Owner { Self.owners.randomElement(using: &random)! }
  private func session() -> SessionID { Self.sessions.randomElement(using: &random)! }

  private func submit() throws {
    let call = Self.calls.randomElement(using: &random)!
    let owner = owner()
    let key =
      Int.random(in: 0..<8, using: &random) == 0 ? call.arguments.prefix(9) + call.tool : nil
    let submission = try world.submission(
      call.tool, call.arguments, session: session(), owner: owner, key: key.map(String.init))
    asked += 1
    world.kernel.submit(submission) { [self] result in
      answered += 1
      guard case .success(let report) = result else { return }
      accepted[report.id] = owner
      if let execution = world.kernel.executions[report.id] {
        executions.append(Weak(execution: execution))
      }
    }
  }

  private func cancel() {
    guard
      let id = accepted.keys.sorted(by: { $0.description < $1.description })
        .randomElement(using: &random), let owner = accepted[id]
    else { return }
    asked += 1
    world.kernel.cancel(id, for: Caller(owner: owner, isOperator: false)) { [self] _ in
      answered += 1
    }
  }

  private func endProcess() {
    guard let process = world.jail.running.randomElement(using: &random) else { return }
    let code = Int32.random(in: -1...2, using: &random)
    if code < 0 { process.lose() } else { process.exit(code) }
  }

  private func write() throws {
    guard let process = world.jail.running.randomElement(using: &random) else { return }
    let count = Int.random(in: 1...30_000, using: &random)
    try process.write(
      repeatElement(UInt8(ascii: "x"), count: count), errors: Bool.random(using: &random))
    turn(4)
  }

  private func remove() {
    asked += 1
    let key = SessionKey(session(), of: owner())
    world.kernel.removeWorkspace(of: key, force: Bool.random(using: &random)) { [self] _ in
      answered += 1
    }
  }

  private func look() {
    guard let (id, owner) = accepted.first else { return }
    let caller = Caller(owner: owner, isOperator: false)
    if let look = world.kernel.observe(id, for: caller, {}) { looks.append(look) }
    world.kernel.report(id, for: caller, waiting: .seconds(300)) { _ in }
    if looks.count > 5 { looks.removeFirst(3) }
  }

  private func turn(_ count: Int) {
    for _ in 0..<count { world.loop.turn() }
  }

  /// Ends all that is left, and waits until nothing is.
  private func finish() throws {
    world.jail.onStart = { $0.exit(0) }
    for process in world.jail.running { process.exit(0) }
    try world.wait {
      for execution in world.kernel.executions.values {
        world.kernel.stop(execution, .cancelled(reason: "cancelled"))
      }
      return world.kernel.active == 0 && asked == answered
    } else: {
      "\(asked - answered) are not answered; left are "
        + world.kernel.executions.values.map { "\($0.tool.id) \($0.phase)" }.joined(separator: ", ")
    }
    looks = []
  }

  /// What must hold whatever happened.
  func check() throws {
    var receipts: Set<Int64> = []
    for (id, owner) in accepted {
      let report = try world.report(id, owner: owner)
      #expect(report.status.isFinal, "\(id) is \(report.status)")
      receipts.insert(report.receipt?.position ?? -1)
    }
    let counters = world.kernel.counters
    #expect(receipts.count == accepted.count)
    #expect(counters.accepted == UInt64(accepted.count))
    #expect(counters.ended.values.reduce(0, +) == counters.accepted)
    let chain = try Chain.verify(folder: world.scratch / "state")
    #expect(chain.end == Int64(accepted.count) && chain.open == 0)
    #expect(world.kernel.running == 0 && world.kernel.waiting == 0 && world.kernel.stuck == 0)
    #expect(world.kernel.executions.isEmpty)
    #expect(world.jail.processes.allSatisfy { !$0.isRunning })
    // Nobody is in a workspace any more, and their folders go.
    for owner in Self.owners {
      for session in Self.sessions { try world.remove(session, owner: owner) }
    }
    try world.wait {
      executions.allSatisfy { $0.execution == nil }
    } else: {
      "still in memory: "
        + executions.compactMap(\.execution).map { "\($0.tool.id) \($0.phase)" }
        .joined(separator: ", ")
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: world.scratch / "workspaces")
    #expect(left.isEmpty)
  }
}
