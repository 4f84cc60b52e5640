import Glibc
import OrienModel

/// What the kernel says of a process's memory.
package enum ProcessMemory {
  /// What it holds of the machine's memory now, shared libraries included; nil where it has ended,
  /// or may not be looked at.
  package static func residentBytes(of pid: Int32) -> UInt64? {
    guard let text = try? HostFile(at: "/proc/\(pid)/statm").text(atMostBytes: 256) else {
      return nil
    }
    // Pages: all that it may touch, and then those that are there.
    let pages = text.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }
    return pages.map { $0 * UInt64(sysconf(Int32(_SC_PAGESIZE))) }
  }
}
