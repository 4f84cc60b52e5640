import CSodium
import OrienModel

/// A digest as a value that is compared and looked up without memory of its own: what a node keeps of
/// a secret that it must recognize and never has to tell.
///
/// Finding one among others may be timed: who does not know the secret cannot choose the digest.
package struct Fingerprint: Hashable, Sendable {
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  package init(of bytes: UnsafeRawBufferPointer) {
    withUnsafeMutableBytes(of: &words) { words in
      _ = crypto_generichash(
        words.baseAddress!.assumingMemoryBound(to: UInt8.self), words.count,
        bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count), nil, 0)
    }
  }

  package init(of bytes: some Sequence<UInt8>) {
    self = Array(bytes).withUnsafeBytes { Fingerprint(of: $0) }
  }

  /// Its text: 64 lower-case hexadecimal digits.
  package init?(hex text: String) {
    guard text.utf8.count == 2 * Digest.count, text.utf8.allSatisfy(\.isLowerHexDigit) else {
      return nil
    }
    let bytes = text.hexBytes
    withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
  }

  package var hex: String { withUnsafeBytes(of: words) { String(hex: Array($0)) } }

  package static func == (a: Self, b: Self) -> Bool { a.words == b.words }

  package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}
