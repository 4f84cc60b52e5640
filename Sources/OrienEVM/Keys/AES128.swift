internal import CLibCrypto
internal import OrienModel

/// AES with a key of 128 bits in counter mode, as keystores have it: the same way in and out.
enum AES128 {
  /// Fails where this machine has no libcrypto.
  static func counted(
    _ bytes: [UInt8], key: some Collection<UInt8>, counter: [UInt8]
  ) throws(Failure) -> [UInt8] {
    precondition(key.count == 16 && counter.count == 16, "a key and a counter have 16 bytes")
    if let fault = clibcrypto_load() {
      throw Failure(.unavailable, "no-libcrypto", String(cString: fault))
    }
    var result = [UInt8](repeating: 0, count: bytes.count)
    let isDone = clibcrypto_aes128_ctr(Array(key), counter, bytes, Int32(bytes.count), &result)
    precondition(isDone == 1, "OpenSSL has memory, and AES-128-CTR, which pads nothing")
    return result
  }
}
