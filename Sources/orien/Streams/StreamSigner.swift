import OrienEVM
import OrienModel
import OrienSystem

/// What the sender of a stream signs, as the node that is asked names itself and its chain. The text is
/// made here: nobody signs what a node says.
struct StreamSigner {
  let consent: StreamConsent

  init(_ use: StreamUse, by stream: String, _ node: NodeClient) throws(Failure) {
    let info = try node.json("GET", Paths.provider)
    guard let chain = info["payments_chain_id"]?.string, UInt256(decimal: chain) != nil,
      let contract = info["stream_payment_address"]?.string,
      let recipient = info["payments_recipient"]?.string,
      let key = info["node_key"]?.string, Bytes32(hex: "0x" + key) != nil
    else {
      throw Failure(
        .unavailable, "no-terms",
        "the node does not say now by which chain and contract it is paid, or as which node")
    }
    let name = StreamName(
      chain: chain, contract: try Address(parsing: contract).description, id: stream)
    consent = StreamConsent(
      use, by: name, to: try Address(parsing: recipient).description, at: key)
  }

  func proof(by key: SigningKey, at moment: Timestamp) throws(Failure) -> StreamProof {
    let text = SignableText(consent.text(at: moment))
    return StreamProof(signedAt: moment, signature: try text.signed(by: key).text)
  }
}

extension Invocation {
  /// The key of the stream's sender, as `--wallet` names it; nil where it does not.
  func sender() throws(Failure) -> SigningKey? {
    guard let path = value(.wallet) else {
      guard value(.passwordFile) == nil else {
        throw .usage("--password-file opens the key that --wallet names", command)
      }
      return nil
    }
    var password: [UInt8]?
    if let path = value(.passwordFile) {
      password = try OrienEVM.KeyFile.password(environment.absolute(path))
    }
    defer { password?.wipe() }
    return try OrienEVM.KeyFile.read(environment.absolute(path), password: password)
  }

  /// What goes beside a stream's number; nil where neither a key of its sender's is named, nor what
  /// another wallet has signed.
  func proof(
    for use: StreamUse, by stream: String, _ node: NodeClient
  ) throws(Failure) -> JSON? {
    if let path = value(.proofFile) {
      guard value(.wallet) == nil else {
        throw .usage("--wallet and --proof: expected one of them", command)
      }
      return try StreamProof(inFile: environment.absolute(path), for: use).json(for: use)
    }
    guard let key = try sender() else { return nil }
    return try StreamSigner(use, by: stream, node).proof(by: key, at: .now).json(for: use)
  }

  /// The number of a stream, as somebody has written it.
  func number(ofStream text: String, as what: String) throws(Failure) -> String {
    guard UInt256(decimal: text) != nil else {
      throw .usage("\(what): expected the number of a stream", command)
    }
    return text
  }
}

extension StreamProof {
  private static let fileBytes = 64 << 10

  /// As `orien streams prove` writes one, with the text or without.
  fileprivate init(inFile path: String, for use: StreamUse) throws(Failure) {
    let text = try HostFile(at: path).text(atMostBytes: Self.fileBytes)
    do throws(Failure) {
      let members = try JSON(parsing: Array(text.utf8)).members ?? []
      try self.init(.object(members.filter { $0.name != "text" }), momentAs: use.momentName)
    } catch {
      throw Failure(.invalid, error.reason, "\(path): \(error.message)")
    }
  }

  /// In the dialect of what is asked.
  func json(for use: StreamUse) -> JSON {
    .object([
      .init(use.momentName, .string(signedAt.iso8601)),
      .init("signature", .string(signature)),
    ])
  }
}

extension StreamUse {
  var momentName: String {
    if case .machine = self { "signed_at" } else { "signedAt" }
  }
}

extension Option {
  static let proofFile = Option(
    "proof", value: "FILE", "What another wallet has signed, as `streams prove` has it")
  static let wallet = Option(
    "wallet", value: "FILE", "The key of the stream's sender, to sign what the stream pays for")
}
