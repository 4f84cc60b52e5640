import CLinux
import Glibc

/// How many descriptors this process may have.
package enum OpenFiles {
  /// Raises the bound as far as it may be, and says how far that is.
  package static func raiseBound() throws(SystemError) -> Int {
    var bound = rlimit()
    try retrying("getrlimit") { getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &bound) }
    bound.rlim_cur = bound.rlim_max
    try retrying("setrlimit") { setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &bound) }
    return Int(clamping: bound.rlim_cur)
  }
}

extension OpenFiles {
  /// How many this process has, of those that its bound leaves room for: cheap where that is low.
  package static var count: Int {
    var bound = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &bound)
    return (0..<Int32(clamping: min(bound.rlim_cur, 4096))).count {
      linux_fcntl($0, F_GETFD, 0) >= 0
    }
  }
}
