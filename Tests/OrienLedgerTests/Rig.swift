import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

/// A state folder that goes with its test, and the ledgers opened in it.
final class Rig {
  let path: String
  var options = Ledger.Options()

  init() throws {
    var template = Array("/tmp/orien-ledger.XXXXXX".utf8CString)
    path = String(cString: try #require(mkdtemp(&template)))
  }

  /// In a folder that is somebody else's to remove.
  init(in path: String) throws { self.path = path }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var file: String { path + "/ledger.db" }

  func open(
    onBroken: @escaping @Sendable (Failure) -> Void = { Issue.record("\($0)") },
    onHeld: @escaping @Sendable (Failure) -> Void = { _ in }
  ) throws(Failure) -> Ledger {
    try Ledger.open(in: StateFolder(at: path), options: options, onBroken: onBroken, onHeld: onHeld)
  }

  /// Opens a ledger for as long as `body` runs.
  @discardableResult
  func with<Result>(
    onBroken: @escaping @Sendable (Failure) -> Void = { Issue.record("\($0)") },
    onHeld: @escaping @Sendable (Failure) -> Void = { _ in }, _ body: (Ledger) throws -> Result
  ) throws -> Result {
    let ledger = try open(onBroken: onBroken, onHeld: onHeld)
    defer { ledger.close() }
    return try body(ledger)
  }

  /// A connection to the file as somebody else would have one.
  func tamper(_ sql: String) throws {
    let database = try Database(at: file, .write)
    try database.execute(sql)
  }
}

extension Ledger {
  func makeAcceptance(
    owner: String = "alice", session: String = "s1", running: Bool = true,
    idempotency: Idempotency? = nil
  ) -> Acceptance {
    let now = Timestamp.now
    return Acceptance(
      id: mint.mint(), session: SessionID(session)!, owner: Owner(owner), tool: ToolID("echo")!,
      arguments: Array(#"{"message":"hello"}"#.utf8), hasSecrets: false, acceptedAt: now,
      runningAt: running ? now : nil, idempotency: idempotency)
  }

  /// Accepts and waits for the answer.
  @discardableResult
  func accept(_ acceptance: Acceptance) throws(Failure) -> Accepted {
    try wait { accept(acceptance, then: $0) }
  }

  /// Starts one that waited, and answers when.
  @discardableResult
  func start(_ id: ExecutionID) throws(Failure) -> Timestamp {
    let now = Timestamp.now
    try wait { start(id, at: now, then: $0) }
    return now
  }

  @discardableResult
  func settle(_ settlement: Settlement) throws(Failure) -> ReceiptReference {
    try wait { settle(settlement, then: $0) }.receipt
  }

  /// An execution with its end, whose output is `output`.
  @discardableResult
  func run(_ output: String = "hello\n", owner: String = "alice") throws(Failure) -> ExecutionID {
    let acceptance = makeAcceptance(owner: owner)
    try accept(acceptance)
    try settle(.completed(acceptance, output: output))
    return acceptance.id
  }
}

extension Ledger {
  /// The end of an execution, not settled yet, whose output of `bytes` bytes is in a file.
  func sealedOutput(of acceptance: Acceptance, bytes: Int) throws -> Settlement {
    let file = try outputs.create(acceptance.id, .output)
    try file.writeAll([UInt8](repeating: 1, count: bytes))
    try outputs.seal(file)
    var settlement = Settlement.completed(acceptance)
    settlement.output = .file(digest: Digest.of([]))
    settlement.record.output = StreamSummary(bytes: UInt64(bytes))
    return settlement
  }
}

extension Settlement {
  static func completed(_ acceptance: Acceptance, output: String = "hello\n") -> Settlement {
    var record = FinalRecord.lost(acceptance, at: .now)
    record.status = .completed
    record.reason = "exit"
    record.message = nil
    record.exitCode = 0
    record.plugin = "com.example.echo"
    record.generation = 1
    record.isolation = "node"
    record.usage.wallMicroseconds = 1234
    record.usage.cpuUserMicroseconds = 200
    record.usage.memoryByteSeconds = 300
    record.usage.units = ["token": 3]
    record.usage.source = .thread
    record.limits = GrantedLimits([
      GrantedLimit(name: "wallMilliseconds", requested: 5000, granted: 5000, enforcedBy: .node)
    ])
    record.runningMicroseconds = 1234
    record.costMicroUnits = 17
    return Settlement(record, output: .inline(Array(output.utf8)))
  }
}

extension Ledger {
  /// Settles all in one transaction.
  func settleTogether(_ settlements: [Settlement]) throws(Failure) {
    try wait { (reply: Reply<Result<Void, Failure>>) in
      submit(.certainty, reply) { writer throws(DatabaseError) in
        for var settlement in settlements { _ = try writer.settle(&settlement) }
        return .success(())
      }
    }
  }

  func receipt(of id: ExecutionID) throws(Failure) -> Receipt {
    try wait { receipt(of: id, then: $0) }
  }

  func execution(_ id: ExecutionID) throws(Failure) -> KeptExecution? {
    try wait { execution(id, then: $0) }
  }

  func executions(_ query: ExecutionQuery) throws(Failure) -> ExecutionPage {
    try wait { executions(query, then: $0) }
  }

  func output(
    of id: ExecutionID, _ stream: OrienModel.OutputStream = .output, from offset: UInt64 = 0,
    atMost count: Int = 1 << 20
  ) throws(Failure) -> OutputSlice {
    try wait { output(of: id, stream, from: offset, atMost: count, then: $0) }
  }
}

extension Ledger {
  /// An execution that ended so many days ago.
  @discardableResult
  func run(daysAgo days: Double, idempotency: Idempotency? = nil) throws -> Acceptance {
    let acceptance = makeAcceptance(idempotency: idempotency)
    try accept(acceptance)
    var settlement = Settlement.completed(acceptance)
    settlement.record.completedAt.microseconds -= Int64(days * 86_400e6)
    try settle(settlement)
    return acceptance
  }

  /// Waits until it is forgotten; every question is a turn of the reader.
  func waitUntilGone(_ id: ExecutionID) throws { while try execution(id) != nil {} }

  /// What gauges show follows what is written.
  func waitUntilKept(bytes: Int64) { while gauges.keptBytes != bytes {} }
}
