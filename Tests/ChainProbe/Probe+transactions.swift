internal import OrienEVM
internal import OrienModel

extension Probe {
  var transactions: [String: Act] {
    [
      "sign": { input in
        let key = try SigningKey(input.bytes("key"))
        return try Self.json(Self.transaction(input.object("transaction")).signed(by: key))
      },
      "read": { try Self.json(SignedTransaction(decoding: $0.bytes("bytes"))) },
      "recover": { input in
        let hash = try input.require(Bytes32(input.bytes("hash")), "hash")
        let signature = try Signature(
          r: input.number("r"), s: input.number("s"), isOdd: input.text("parity") == "1")
        return .string(try signature.signer(of: hash).description)
      },
      "sign-text": { input in
        let text = SignableText(try input.text("text"))
        return .string(try text.signed(by: SigningKey(input.bytes("key"))).text)
      },
      "signer": { input in
        let signature = try Signature(parsing: input.text("signature"))
        return .string(
          try signature.signer(of: SignableText(input.text("text")).hash).description)
      },
      "address-of": { .string(try SigningKey($0.bytes("key")).address.description) },
      "seal": { input in
        let key = try SigningKey(input.bytes("key"))
        let file = try Keystore.sealed(key, by: Array(input.text("password").utf8), cost: .light)
        return .string(String(decoding: file, as: UTF8.self))
      },
      "unseal": { input in
        let file = try JSON(parsing: Array(input.text("file").utf8))
        let key = try Keystore.opened(file, by: Array(input.text("password").utf8))
        return .string(key.address.description)
      },
    ]
  }

  static func transaction(_ input: Input) throws -> Transaction {
    let fee: Transaction.Fee =
      input.has("gasPrice")
      ? .legacy(gasPrice: try input.number("gasPrice"))
      : .dynamic(
        priority: try input.number("maxPriorityFeePerGas"),
        maximum: try input.number("maxFeePerGas"))
    let accesses = try (input.json["accessList"]?.array ?? []).map { entry in
      let entry = Input(json: entry)
      return Transaction.Access(
        try entry.address("address"),
        slots: try entry.list("storageKeys").map {
          try entry.require(Bytes32(hex: $0.string ?? ""), "storageKeys")
        })
    }
    return Transaction(
      chainID: try input.small("chainId"), nonce: try input.small("nonce"), fee: fee,
      gasLimit: try input.small("gas"), to: input.has("to") ? try input.address("to") : nil,
      value: try input.number("value"), data: try input.bytes("data"), accessList: accesses)
  }

  static func json(_ signed: SignedTransaction) throws -> JSON {
    .object([
      .init("raw", .hex(signed.bytes)), .init("hash", .hex(signed.hash.bytes)),
      .init("sender", .string(try signed.sender().description)),
    ])
  }
}
