import Glibc
import OrienModel

/// What the kernel says of this process's memory.
package enum ProcessMemory {
  /// What it holds of the machine's memory now, shared libraries included; nil where that is not to be
  /// had.
  package static var residentBytes: UInt64? {
    guard let text = try? HostFile(at: "/proc/self/statm").text(atMostBytes: 256) else {
      return nil
    }
    // Pages: all that it may touch, and then those that are there.
    let pages = text.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }
    return pages.map { $0 * UInt64(sysconf(Int32(_SC_PAGESIZE))) }
  }
}
