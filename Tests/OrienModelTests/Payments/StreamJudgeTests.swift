import OrienModel
import Testing

@Suite("Judging streams")
struct StreamJudgeTests {
  private let judge = StreamJudge(recipient: "0xUs", token: "0xToken")

  private func stream(_ change: (inout PaymentStream) -> Void = { _ in }) -> PaymentStream {
    var stream = PaymentStream(
      id: 7, token: "0xToken", sender: "0xThem", recipient: "0xUs", start: 1000, stop: 1100,
      ratePerSecond: 5, deposit: 500, withdrawn: 0, isHalted: false)
    change(&stream)
    return stream
  }

  @Test("One that pays has no fault")
  func pays() {
    #expect(judge.fault(of: stream(), at: 1000) == nil)
    #expect(judge.fault(of: stream(), at: 1099) == nil)
  }

  @Test("Each fault has its name", arguments: Self.faulty)
  func faults(_ fault: StreamFault, _ change: @Sendable (inout PaymentStream) -> Void) {
    #expect(judge.fault(of: stream(change), at: 1050) == fault)
  }

  private static let faulty: [(StreamFault, @Sendable (inout PaymentStream) -> Void)] = [
    (.unknown, { $0.sender = PaymentStream.nobody }),
    (.terminated, { $0.recipient = PaymentStream.nobody }),
    (.wrongRecipient, { $0.recipient = "0xOther" }),
    (.wrongToken, { $0.token = PaymentStream.nobody }),
    (.noDeposit, { $0.deposit = 0 }),
    (.inconsistent, { $0.withdrawn = 501 }),
    (.inconsistent, { $0.stop = 999 }),
    (.inconsistent, { $0.ratePerSecond = 0 }),
    (.notStarted, { $0.start = 1051 }),
    (.halted, { $0.isHalted = true }),
    (.ended, { $0.stop = 1050 }),
    (.ended, { $0.deposit = 250 }),
  ]

  @Test("What is vested is never more than was deposited, whatever the stop says")
  func vests() {
    #expect(stream().vested(at: 999) == 0)
    #expect(stream().vested(at: 1010) == 50)
    #expect(stream().vested(at: 5000) == 500)
    // One that was topped up after its end counts the pause too.
    #expect(stream { $0.stop = 9000 }.vested(at: 9000) == 500)
    #expect(stream { $0.withdrawn = 30 }.withdrawable(at: 1010) == 20)
    #expect(stream { $0.withdrawn = 60 }.withdrawable(at: 1010) == 0)
  }

  @Test("It lasts as long as both its stop and its deposit do")
  func lasts() {
    #expect(stream().remainingSeconds(at: 1040) == 60)
    #expect(stream { $0.deposit = 400 }.remainingSeconds(at: 1040) == 40)
    #expect(stream { $0.stop = 1050 }.remainingSeconds(at: 1040) == 10)
    #expect(stream().remainingSeconds(at: 1100) == 0)
    #expect(stream().remainingSeconds(at: 2000) == 0)
  }

  @Test("Numbers that no clock has do not overflow")
  func extremes() {
    let greatest = stream {
      $0.stop = .max
      $0.deposit = .max
      $0.ratePerSecond = 1
    }
    #expect(greatest.remainingSeconds(at: 1040) == .max)
    #expect(greatest.vested(at: .max) == UInt256(UInt64.max - 1000))
    let steep = stream {
      $0.start = 0
      $0.stop = .max
      $0.ratePerSecond = .max
      $0.deposit = .max
    }
    #expect(steep.vested(at: 2) == .max)
    #expect(steep.remainingSeconds(at: 0) == 1)
    #expect(stream { $0.start = .max }.vested(at: 1040) == 0)
  }

  @Test("What is read of one is read back from what was written")
  func roundTrips() throws {
    let readings = [
      StreamReading(stream(), by: judge, at: 1040),
      StreamReading(stream { $0.sender = PaymentStream.nobody }, by: judge, at: 1040),
      StreamReading(stream { $0.stop = .max }, by: judge, at: 1040),
    ]
    for reading in readings {
      var writer = JSONWriter()
      writer.write(reading)
      #expect(try StreamReading(try JSON(parsing: writer.bytes)) == reading)
    }
  }

  @Test(
    "An answer without what it should have is no reading",
    arguments: [
      #"{}"#, #"{"stream":"x"}"#, #"{"stream":"7"}"#, #"{"stream":"7","sender":"0x1"}"#,
      #"{"stream":"7","sender":"0x1","remaining_seconds":1,"halted":false,"token":"t"}"#,
    ])
  func refuses(_ text: String) throws {
    let json = try JSON(parsing: Array(text.utf8))
    #expect(throws: Failure.self) { () throws in _ = try StreamReading(json) }
  }
}
