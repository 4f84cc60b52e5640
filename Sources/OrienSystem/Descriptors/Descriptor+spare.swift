import CLinux
import Glibc

extension Descriptor {
  /// One that is good for nothing but to be given up, by whoever keeps a place for bad times.
  package static func spare() throws(SystemError) -> Descriptor {
    Descriptor(owning: try retrying("eventfd") { eventfd(0, Int32(EFD_CLOEXEC)) })
  }
}
