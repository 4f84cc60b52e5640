import CLinux
import Glibc

/// A descriptor that polls readable once it has been rung, until it is silenced.
package struct Bell: ~Copyable, Sendable {
  private let descriptor: Descriptor

  package init() throws(SystemError) {
    descriptor = Descriptor(
      owning: try retrying("eventfd") { eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)) })
  }

  package var raw: Int32 { descriptor.raw }

  package borrowing func ring() {
    // Only a counter near 2^64 could refuse, and whoever rings so often has been heard.
    var one: UInt64 = 1
    _ = Glibc.write(descriptor.raw, &one, 8)
  }

  package borrowing func silence() {
    var count: UInt64 = 0
    _ = Glibc.read(descriptor.raw, &count, 8)
  }
}
