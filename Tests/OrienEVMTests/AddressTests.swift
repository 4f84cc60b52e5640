import OrienEVM
import OrienModel
import Testing

@Suite("Addresses and hashes")
struct AddressTests {
  @Test("Keccak-256 is that of 2011, at and about the size of its block")
  func hashes() {
    #expect(
      Keccak256.hash(of: []).description
        == "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
    // These are of the same function in another's hands, eth-hash's.
    let blocks = [
      135: "34367dc248bbd832f4e3e69dfaac2f92638bd0bbd18f2912ba4ef454919cf446",
      136: "a6c4d403279fe3e0af03729caada8374b5ca54d8065329a3ebcaeb4b60aa386e",
      137: "d869f639c7046b4929fc92a4d988a8b22c55fbadb802c0c66ebcd484f1915f39",
    ]
    for (count, hash) in blocks {
      let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: count)
      #expect(Keccak256.hash(of: bytes).description == "0x" + hash)
    }
  }

  @Test(
    "An address is written with its checksum, and read in one case or with it",
    arguments: [
      "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
      "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
      "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
      "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ])
  func checksums(_ text: String) throws {
    let address = try Address(parsing: text)
    #expect(address.description == text)
    #expect(try Address(parsing: text.lowercased()) == address)
    #expect(try Address(parsing: "0x" + text.dropFirst(2).uppercased()) == address)
  }

  @Test("A mistyped address of both cases is refused")
  func mistyped() {
    #expect {
      try Address(parsing: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD")
    } throws: {
      ($0 as? Failure)?.reason == "bad-address-checksum"
    }
  }

  @Test(
    "What is no address is refused",
    arguments: [
      "", "0x", "5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
      "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed00",
      "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeg",
    ])
  func noAddress(_ text: String) {
    #expect { try Address(parsing: text) } throws: { ($0 as? Failure)?.reason == "bad-address" }
  }
}
