import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

@Suite("A quota of the disk that is met", .timeLimit(.minutes(5)))
struct QuotaTests {
  @Test(
    "What is new is refused as on a full disk, and what was promised is written by the next start")
  func met() throws {
    let rig = try Rig()
    let id = try rig.with { ledger in
      let acceptance = ledger.makeAcceptance()
      try ledger.accept(acceptance)
      try forbidWrites(of: ledger)
      for _ in 0..<2 {
        let refused = #expect(throws: Failure.self) { try ledger.accept(ledger.makeAcceptance()) }
        #expect(refused?.code == .full && refused?.reason == "disk-full")
      }
      #expect(ledger.gauges.shortage?.code == .full)
      return acceptance.id
    }
    try rig.with { ledger in
      #expect(ledger.recovered.started.map(\.id) == [id])
      try ledger.accept(ledger.makeAcceptance())
    }
  }

  /// From here on the kernel answers EDQUOT to what the writer's thread writes at a place in a file.
  private func forbidWrites(of ledger: Ledger) throws {
    let answers = Channel<Bool>()
    ledger.submit(.nothing, Reply(direct: { (_: Result<Void, Failure>) in })) {
      _ throws(DatabaseError) in
      answers.send(Self.forbidWrites())
      return .success(())
    }
    try #require(answers.receive() == true)
  }

  private static func forbidWrites() -> Bool {
    #if arch(x86_64)
      let pwrite64: UInt32 = 18
    #else
      let pwrite64: UInt32 = 67
    #endif
    func step(_ code: UInt64, ifNot skipped: UInt64 = 0, _ value: UInt32) -> UInt64 {
      code | skipped << 24 | UInt64(value) << 32
    }
    // Loads the call's number, compares it, and answers the one or the other.
    let steps = [
      step(0x20, 0), step(0x15, ifNot: 1, pwrite64), step(0x06, 0x0005_0000 | UInt32(EDQUOT)),
      step(0x06, 0x7FFF_0000),
    ]
    typealias Prctl = @convention(c) (CInt, UInt, UInt, UInt, UInt) -> CInt
    let prctl = unsafeBitCast(dlsym(nil, "prctl"), to: Prctl.self)
    return steps.withUnsafeBufferPointer { steps in
      var program = (count: UInt(steps.count), steps: steps.baseAddress)
      let (noNewPrivileges, filter): (CInt, CInt) = (38, 22)
      return prctl(noNewPrivileges, 1, 0, 0, 0) == 0
        && withUnsafePointer(to: &program) { prctl(filter, 2, UInt(bitPattern: $0), 0, 0) == 0 }
    }
  }
}
