import OrienModel
import Testing

@Suite("Proofs of streams, as they are read and written")
struct StreamProofTests {
  private static let moment = Timestamp(microseconds: 1_795_812_527_123_000)
  private static let signature = "0x" + String(repeating: "aB", count: 65)

  private func refusal(_ text: String) throws -> Failure? {
    let json = try JSON(parsing: Array(text.utf8))
    return #expect(throws: Failure.self) {
      () throws in _ = try StreamProof(json, momentAs: "signed_at")
    }
  }

  @Test("What is signed says what for, by which stream of which contract and chain, and to whom")
  func text() throws {
    let stream = StreamName(chain: "31337", contract: "0xC0", id: "7")
    let consent = StreamConsent(.machine("web"), by: stream, to: "0xF1", at: "ab12")
    #expect(
      consent.text(at: Self.moment) == """
        I want my payment stream to pay for machine web.

        Stream: 7
        Contract: 0xC0
        Chain: 31337
        Recipient: 0xF1
        Node: ab12
        Signed at: \(Self.moment.iso8601)
        """)
    let session = try #require(SessionID("s1"))
    var other = consent
    other.use = .session(session)
    #expect(
      other.text(at: Self.moment).hasPrefix("I want my payment stream to pay for session s1.\n"))
  }

  @Test("A proof is a moment and a signature of 64 or 65 bytes", arguments: [128, 130])
  func read(digits: Int) throws {
    let signature = String(Self.signature.prefix(2 + digits))
    let text = #"{"signed_at": "\#(Self.moment.iso8601)", "signature": "\#(signature)"}"#
    let proof = try StreamProof(JSON(parsing: Array(text.utf8)), momentAs: "signed_at")
    #expect(proof == StreamProof(signedAt: Self.moment, signature: signature))
  }

  @Test(
    "What is none says where it is wrong",
    arguments: [
      ("7", ""), ("{}", "/signed_at"), (#"{"signed_at": 5, "signature": "0x"}"#, "/signed_at"),
      (#"{"signed_at": "2026-11-27T20:48:47Z", "signature": "0x"}"#, "/signed_at"),
      (#"{"signed_at": "2026-11-27T20:48:47.000Z"}"#, "/signature"),
      (#"{"signed_at": "2026-11-27T20:48:47.000Z", "signature": "0x12"}"#, "/signature"),
      (#"{"signed_at": "2026-11-27T20:48:47.000Z", "sig": ""}"#, "/sig"),
    ])
  func refused(text: String, place: String) throws {
    let failure = try refusal(text)
    #expect(failure?.code == .invalid && failure?.faults.first?.pointer == place)
  }

  @Test(
    "A moment is read as it is written, and in no other form",
    arguments: [
      0, 1_795_812_527_123_000, -1000, -62_167_219_200_000_000, 253_402_300_799_999_000,
      951_782_400_000_000, 4_107_542_399_999_000,
    ])
  func moments(microseconds: Int64) throws {
    let moment = Timestamp(microseconds: microseconds)
    #expect(Timestamp(iso8601: moment.iso8601) == moment)
    #expect(Timestamp(iso8601: moment.iso8601 + " ") == nil)
    #expect(Timestamp(iso8601: String(moment.iso8601.dropLast()) + "z") == nil)
  }

  @Test(
    "What is no moment is none",
    arguments: [
      "2026-02-29T00:00:00.000Z", "2026-13-01T00:00:00.000Z", "2026-11-27T24:00:00.000Z",
      "2026-11-27 20:48:47.000Z", "2026-11-27T20:48:60.000Z", "2O26-11-27T20:48:47.000Z", "",
    ])
  func noMoment(text: String) { #expect(Timestamp(iso8601: text) == nil) }
}
