import CSodium
import OrienModel

/// What lies beside a signed file as `<file>.minisig`: an Ed25519 signature in minisign's format.
struct PluginSignature {
  static let mostBytes = 4096
  private static let signatureBytes = Int(crypto_sign_BYTES)

  let keyID: [UInt8]
  private let isOfHash: Bool
  private let signature: [UInt8]
  private let comment: [UInt8]
  private let whole: [UInt8]

  init(parsing bytes: [UInt8]) throws(Failure) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
    let trusted = Array("trusted comment: ".utf8)
    guard bytes.count <= Self.mostBytes, lines.count >= 4,
      lines[0].starts(with: "untrusted comment:".utf8), lines[2].starts(with: trusted),
      let first = Self.bytes(lines[1], count: 10 + Self.signatureBytes),
      let last = Self.bytes(lines[3], count: Self.signatureBytes)
    else {
      throw Failure(.invalid, "bad-signature", "its .minisig is no signature of minisign's")
    }
    switch (first[0], first[1]) {
    case (UInt8(ascii: "E"), UInt8(ascii: "D")): isOfHash = true
    case (UInt8(ascii: "E"), UInt8(ascii: "d")): isOfHash = false
    default: throw Failure(.invalid, "bad-signature", "its .minisig is of an unknown algorithm")
    }
    keyID = Array(first[2..<10])
    signature = Array(first[10...])
    comment = Array(lines[2].dropFirst(trusted.count))
    whole = last
  }

  private static func bytes(_ text: ArraySlice<UInt8>, count: Int) -> [UInt8]? {
    [UInt8](base64: String(decoding: text, as: UTF8.self)).flatMap { $0.count == count ? $0 : nil }
  }

  /// The key made it, of these bytes and with this comment.
  func isOf(_ file: [UInt8], by key: SigningKey) -> Bool {
    var signed = file
    if isOfHash {
      signed = [UInt8](repeating: 0, count: Int(crypto_generichash_BYTES_MAX))
      crypto_generichash(&signed, signed.count, file, UInt64(file.count), nil, 0)
    }
    return key.holds(signature, over: signed) && key.holds(whole, over: signature + comment)
  }

  /// A word `name:value` of the comment that is signed too.
  func word(_ name: String) -> String? {
    String(decoding: comment, as: UTF8.self).split { " \t".contains($0) }
      .first { $0.hasPrefix(name + ":") }.map { String($0.dropFirst(name.utf8.count + 1)) }
  }
}

/// A public key as minisign prints it.
package struct SigningKey: Sendable, Equatable {
  let id: [UInt8]
  private let key: [UInt8]
  package let text: String

  /// Nil where the text is none.
  package init?(_ text: String) {
    guard let bytes = [UInt8](base64: text), bytes.count == 10 + Int(crypto_sign_PUBLICKEYBYTES),
      bytes.starts(with: "Ed".utf8)
    else { return nil }
    id = Array(bytes[2..<10])
    key = Array(bytes[10...])
    self.text = text
  }

  fileprivate func holds(_ signature: [UInt8], over bytes: [UInt8]) -> Bool {
    crypto_sign_verify_detached(signature, bytes, UInt64(bytes.count), key) == 0
  }
}
