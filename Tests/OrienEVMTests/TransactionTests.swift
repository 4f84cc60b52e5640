import OrienEVM
import OrienModel
import Testing

@Suite("Transactions and keys")
struct TransactionTests {
  private let key: SigningKey
  private let transfer: Transaction

  init() throws {
    key = try SigningKey([UInt8](repeating: 0x46, count: 32))
    transfer = Transaction(
      chainID: 1, nonce: 9, fee: .legacy(gasPrice: 20_000_000_000), gasLimit: 21000,
      to: Address([UInt8](repeating: 0x35, count: 20)), value: 1_000_000_000_000_000_000)
  }

  @Test("The example of EIP-155 is signed as it is there")
  func example() throws {
    let signed = try transfer.signed(by: key)
    #expect(
      HexData.text(of: signed.bytes)
        == "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a7640000"
        + "8025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276"
        + "a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83")
    #expect(key.address.description == "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F")
    #expect(try SignedTransaction(decoding: signed.bytes) == signed)
    #expect(try signed.sender() == key.address)
  }

  @Test("A transaction of one chain is another one on another")
  func replay() throws {
    var other = transfer
    other.chainID = 31337
    let signed = try transfer.signed(by: key)
    #expect(other.signingHash != transfer.signingHash)
    #expect(try signed.signature.signer(of: other.signingHash) != key.address)
  }

  @Test("The other s that verifies is refused")
  func malleable() throws {
    let order = try #require(
      UInt256(
        quantity: "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"))
    let signature = try transfer.signed(by: key).signature
    let other = try #require(order.minus(signature.s))
    #expect {
      try Signature(r: signature.r, s: other, isOdd: !signature.isOdd)
    } throws: {
      ($0 as? Failure)?.reason == "bad-signature"
    }
  }

  @Test("A key is printed as its address, however it is printed")
  func unprinted() throws {
    let texts = ["\(key)", String(reflecting: key), String(describing: key)]
    for text in texts {
      #expect(text.contains(key.address.description))
      #expect(!text.contains("46464646") && !text.contains("70, 70"))
    }
    var dumped = ""
    dump(key, to: &dumped)
    #expect(!dumped.contains("70"))
  }

  @Test("A new key is another one each time")
  func made() throws {
    let key = try SigningKey.make()
    #expect(try SigningKey.make().address != key.address)
  }
}
