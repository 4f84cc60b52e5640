import OrienModel
import Testing

@testable import orien

@Suite("How it goes with payments, as the operator hears it")
struct PaymentConditionTests {
  private func payments(_ changes: String = "") throws -> Condition.Payments {
    let text = #"""
      {"network":"dev","chain_id":"31337","contract":"0xc","token":"0xt","wallet":"0xw",
       "can_withdraw":true,"streams":{"good":2,"bad":1,"unknown":0},
       "read_at":"2026-11-27T13:44:55.000Z","reason":null \#(changes)}
      """#
    return Condition.Payments(try JSON(parsing: text))
  }

  @Test("Withdrawals count that are not over")
  func underWay() throws {
    var payments = try payments()
    #expect(payments.json["withdrawals_under_way"] == .null)
    payments.take(
      collections: try JSON(
        parsing: #"{"collections":[{"state":"sent"},{"state":"confirmed"},{"state":"included"}]}"#))
    #expect(payments.json["withdrawals_under_way"]?.int64 == 2)
    #expect(payments.json["streams"]?["bad"]?.int64 == 1)
    #expect(payments.rows.map(\.text).contains("2 good, 1 bad, 0 unknown"))
    #expect(payments.rows[0].text == "dev, chain 31337")
    #expect(payments.issues.isEmpty)
  }

  @Test("That streams cannot be read is an issue, and no error of the node's")
  func unread() throws {
    var condition = Condition()
    condition.provider.local = .listening
    condition.payments = try payments()
    #expect(condition.verdict == .healthy)
    #expect(condition.json["payments"]?["network"]?.string == "dev")
    condition.payments?.unknown = 3
    #expect(condition.issues == ["3 stream(s) cannot be read"])
    condition.payments?.reason = "no endpoint\u{1B} answers"
    #expect(condition.issues == ["Streams cannot be read: no endpoint\u{FFFD} answers"])
    #expect(condition.verdict == .issues)
  }

  @Test("Where nothing has to be paid nothing is said of it")
  func off() { #expect(Condition().json["payments"] == nil) }
}
