import OrienModel
import Testing

@testable import orien

@Suite("Amounts and times of streams as people read them")
struct StreamTextTests {
  @Test(
    "An amount has all digits that matter and no others",
    arguments: [
      ("0", "0"), ("1", "0.000000000000000001"), ("1000000000000000000", "1"),
      ("1500000000000000000", "1.5"), ("10000000000000000001", "10.000000000000000001"),
      ("100000000000000000000000", "100000"), ("12345", "0.000000000000012345"),
    ])
  func amounts(_ wei: String, _ text: String) throws {
    let amount = TokenAmount(wei: try #require(UInt256(decimal: wei)), token: .glm)
    #expect(amount.text == text + " GLM")
  }

  @Test("The greatest amount there can be is written whole")
  func greatest() {
    let text = TokenAmount(wei: .max, token: .ether).text
    #expect(text.filter(\.isNumber) == UInt256.max.description)
    #expect(text.hasSuffix("457.584007913129639935 ETH"))
  }

  @Test("A token is called by what the node is paid in, however its address is written")
  func tokens() {
    let glm = "0xAbCdef0000000000000000000000000000000001"
    #expect(Token(glm.lowercased(), glm: glm) == .glm)
    #expect(Token(PaymentStream.nobody, glm: PaymentStream.nobody) == .ether)
    #expect(Token("0x12", glm: nil).name == "of 0x12")
  }

  @Test(
    "A time is its two largest units",
    arguments: [
      (0, "none"), (1, "1 second"), (61, "1 minute 1 second"), (3600, "1 hour"),
      (3661, "1 hour 1 minute"), (172_800 + 3 * 3600, "2 days 3 hours"), (86_400 + 59, "1 day"),
      (31_536_000 + 86_400, "1 year 1 day"), (UInt64.max, "more than 100 years"),
    ] as [(UInt64, String)])
  func times(_ seconds: UInt64, _ text: String) { #expect(seconds.wordsOfTime == text) }

  @Test("Sums of amounts beyond all there can be are refused, and not wrapped around")
  func sums() throws {
    var json = JSON.object([])
    func exactly(_ text: String) throws { json = try JSON(parsingExactly: Array(text.utf8)) }
    let max = UInt256.max.description
    try exactly(
      #"{"vm_id":"web","stream_id":"1","verified":true,"reason":"ok","chain":{"token":"a","#
        + #""sender":"b","recipient":"c","startTime":0,"stopTime":\#(max),"ratePerSecond":1,"#
        + #""deposit":\#(max),"withdrawn":0,"halted":false},"computed":{"now":1,"#
        + #""remaining_seconds":\#(max),"vested_wei":\#(max),"withdrawable_wei":1}}"#)
    let stream = try StreamStatus(json)
    #expect(stream.chain?.remainingSeconds == .max)
    #expect(try Earnings(of: [stream]).vested == .max)
    #expect(throws: Failure.self) { try Earnings(of: [stream, stream]) }
  }
}
