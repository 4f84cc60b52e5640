import CLinux
import Glibc

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
