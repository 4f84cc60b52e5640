import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

@Suite("Final records")
struct RecordTests {
  private static let granted = GrantedLimits([
    GrantedLimit(name: "concurrency", requested: nil, granted: 64, enforcedBy: .node),
    GrantedLimit(name: "wallMilliseconds", requested: 9000, granted: 5000, enforcedBy: .node),
    GrantedLimit(name: "memoryBytes", requested: 1 << 20, granted: 1 << 20, enforcedBy: .cgroup1),
    GrantedLimit(name: "outputBytes", requested: nil, granted: 100, enforcedBy: .node),
    GrantedLimit(name: "processes", requested: nil, granted: 64, enforcedBy: .none),
  ])

  private func record(_ limits: GrantedLimits) -> FinalRecord {
    let acceptance = Acceptance(
      id: ExecutionID(random: 1, 2), session: SessionID("s")!, owner: Owner("alice"),
      tool: ToolID("echo")!, arguments: [], hasSecrets: false, acceptedAt: .now, runningAt: .now,
      idempotency: nil)
    var record = Settlement.completed(acceptance).record
    record.limits = limits
    return record
  }

  private func text(of record: FinalRecord) -> String {
    var json = JSONWriter()
    record.write(to: &json)
    return String(decoding: json.bytes, as: UTF8.self)
  }

  @Test("Limits are written under what enforces them, and read back in their order")
  func limits() throws {
    let record = record(Self.granted)
    let text = text(of: record)
    #expect(
      text.contains(
        #""limits":{"cgroup1":{"memoryBytes":1048576},"#
          + #""node":{"concurrency":64,"wallMilliseconds":5000,"outputBytes":100},"#
          + #""none":{"processes":64},"#
          + #""requested":{"wallMilliseconds":9000,"memoryBytes":1048576}}"#))
    #expect(try FinalRecord(JSON(parsing: Array(text.utf8))) == record)
  }

  @Test(
    "Limits as the first records had them are read too", arguments: [RecordTests.granted, .none])
  func firstLimits(_ limits: GrantedLimits) throws {
    let record = record(limits)
    let text = text(of: record).replacing(
      String(decoding: limits.record, as: UTF8.self),
      with: String(decoding: limits.json, as: UTF8.self))
    #expect(try FinalRecord(JSON(parsing: Array(text.utf8))) == record)
  }
}

extension RecordTests {
  @Test(
    "What has paid stands at a record's end, and is read back",
    arguments: [
      (
        Charge.budget(microUnits: 5, budget: 12, spent: 10),
        #""payment":{"kind":"budget","amountMicroUnits":5,"budgetMicroUnits":12,"spentMicroUnits":10}}"#
      ),
      (
        .stream(
          StreamName(chain: "1337", contract: "0xAbc", id: "42"), microUnits: 5,
          wei: UInt256(decimal: "123456789012345678901234567890")!),
        #""payment":{"kind":"stream","stream":"1337:0xAbc:42","amountMicroUnits":5,"#
          + #""amountWei":"123456789012345678901234567890"}}"#
      ),
    ])
  func payment(charge: Charge, written: String) throws {
    var record = record(.none)
    let without = text(of: record)
    record.payment = charge
    let with = text(of: record)
    #expect(with == without.dropLast() + "," + written)
    #expect(try FinalRecord(JSON(parsing: Array(with.utf8))) == record)
  }
}
