import CLinux
import Glibc
import OrienModel

/// Random bytes of the kernel's, fit for keys and ids.
package enum Random {
  /// Traps where the kernel has none to give: an id that can be guessed is worse than no node.
  package static func bytes(_ count: Int) -> [UInt8] {
    precondition(count <= 256, "getrandom is only whole up to 256 bytes")
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while true {
        let got = getrandom(buffer.baseAddress, count, 0)
        if got == count { break }
        precondition(got < 0 && errno == EINTR, "the kernel gives no random bytes")
      }
      filled = count
    }
  }
}

extension Random {
  /// As RFC 9562 writes random ones (version 4).
  package static func uuid() -> String {
    var bytes = bytes(16)
    bytes[6] = bytes[6] & 0x0f | 0x40
    bytes[8] = bytes[8] & 0x3f | 0x80
    let digits = Array(String(hex: bytes).utf8)
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
      .map { String(decoding: digits[$0], as: UTF8.self) }.joined(separator: "-")
  }
}
