import OrienModel
import Testing

@testable import OrienEVM

/// What is expected here eth-account has made.
@Suite("Texts that wallets sign")
struct SignableTextTests {
  private let key: SigningKey
  private static let signatures = [
    (
      "",
      "ff65394fc6cc70eee8e5ee1160dfa355a0484ad2988b65d01aee4bf58288958f"
        + "082ce5e2c2d9d49130a2b1e8d01850cc00b0f17637f029570420e5a4a8d724fd1c"
    ),
    (
      "hello",
      "f63c93dc642a4839770b35abf9cb304ac2f1b5463d9a9abd87546feaa0af992e"
        + "659cf087c433e45c45f6135cb819ab1922c6359dbb1b8c8d7a54141de2cd4beb1b"
    ),
    (
      "äß€𝄞",
      "b6de9c09747d80c7c5b86a38f9c0d9b1c631969f3c3b1b3ab34cc8e556857ea5"
        + "71bbdcb13c99cbe9e314122e7788fb398cec7c89858bc814de7f2d2948e029ab1b"
    ),
  ]

  init() throws { key = try SigningKey([UInt8](repeating: 0x46, count: 32)) }

  private func signer(of text: String, by signature: String) throws -> Address {
    try Signature(parsing: signature).signer(of: SignableText(text).hash)
  }

  @Test("They are signed, and known by their signature, as wallets do", arguments: signatures)
  func agreed(text: String, signature: String) throws {
    #expect(try SignableText(text).signed(by: key).text == "0x" + signature)
    #expect(try signer(of: text, by: "0x" + signature) == key.address)
    #expect(try signer(of: text, by: "0x" + signature.uppercased()) == key.address)
    #expect(try signer(of: text + " ", by: "0x" + signature) != key.address)
  }

  @Test("What a signature ends with is counted from 0 or from 27", arguments: signatures)
  func parity(text: String, signature: String) throws {
    let other = signature.dropLast(2) + (signature.hasSuffix("1b") ? "00" : "01")
    #expect(try signer(of: text, by: "0x" + other) == key.address)
    let wrong = signature.dropLast(2) + (signature.hasSuffix("1b") ? "1c" : "1b")
    #expect(try signer(of: text, by: "0x" + wrong) != key.address)
  }

  @Test("One of 64 bytes has that in its s", arguments: signatures)
  func compact(text: String, signature: String) throws {
    var bytes = try #require(HexData.bytes(of: "0x" + signature))
    if bytes.removeLast() == 28 { bytes[32] |= 0x80 }
    #expect(try signer(of: text, by: HexData.text(of: bytes)) == key.address)
  }

  @Test(
    "What nobody has made is none",
    arguments: [
      "", "0x", "ff", "0x" + String(repeating: "0", count: 130),
      "0x" + String(repeating: "0", count: 128), "0x" + String(repeating: "f", count: 130),
      "0x" + signatures[1].1 + "00", "0x" + signatures[1].1.dropLast(2) + "1d",
      "0x" + signatures[1].1.dropLast(2) + "02", signatures[1].1,
    ])
  func refused(signature: String) {
    let failure = #expect(throws: Failure.self) {
      () throws in _ = try StreamDesk.signer(of: "hello", by: signature)
    }
    #expect(failure?.code == .invalid && failure?.reason == "bad-signature")
  }

  @Test("The other s that verifies is refused, so that a text has one signature of a kind")
  func malleable() throws {
    let order = try #require(
      UInt256(
        quantity: "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"))
    let bytes = try #require(HexData.bytes(of: "0x" + Self.signatures[1].1))
    let high = try #require(UInt256(bigEndian: bytes[32..<64]).flatMap { order.minus($0) })
    let other = HexData.text(of: bytes[..<32] + high.bytes + [28])
    let failure = #expect(throws: Failure.self) {
      () throws in _ = try StreamDesk.signer(of: "hello", by: other)
    }
    #expect(failure?.reason == "bad-signature")
  }
}
