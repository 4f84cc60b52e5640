internal import OrienModel

extension StreamDesk {
  /// By whom a text was signed, as the role's page has it. It is asked of nobody, and nothing has to be
  /// set up for it.
  package static func signer(of text: String, by signature: String) throws -> [UInt8] {
    let signer = try Signature(parsing: signature).signer(of: SignableText(text).hash)
    var writer = JSONWriter()
    writer.object { $0.field("signer", signer.description) }
    return writer.bytes
  }
}
