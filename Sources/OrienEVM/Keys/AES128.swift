internal import CLibCrypto

/// AES with a key of 128 bits in counter mode, as keystores have it: the same way in and out.
enum AES128 {
  static func counted(_ bytes: [UInt8], key: some Collection<UInt8>, counter: [UInt8]) -> [UInt8] {
    precondition(key.count == 16 && counter.count == 16, "a key and a counter have 16 bytes")
    guard let context = EVP_CIPHER_CTX_new() else { preconditionFailure("OpenSSL has memory") }
    defer { EVP_CIPHER_CTX_free(context) }
    var result = [UInt8](repeating: 0, count: bytes.count)
    var count: Int32 = 0
    precondition(
      EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), nil, Array(key), counter) == 1
        && EVP_EncryptUpdate(context, &result, &count, bytes, Int32(bytes.count)) == 1
        && count == bytes.count, "OpenSSL has AES-128-CTR, which pads nothing")
    return result
  }
}
