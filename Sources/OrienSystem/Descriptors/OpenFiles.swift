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
