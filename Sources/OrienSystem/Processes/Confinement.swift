import CLinux
import Glibc

/// What a process does to itself before it runs code that it does not trust to be sound: no limit
/// here is a wall against malice, each keeps an accident small.
package enum Confinement {
  /// Bounds this process for good: processor time, memory, the size of files, few descriptors, no
  /// dump of its memory; no other process is started or signalled; its end is its parent's.
  package static func apply(
    cpuSeconds: UInt, memoryBytes: UInt, fileBytes: UInt
  ) throws(SystemError) {
    try limit(RLIMIT_CPU, cpuSeconds)
    // A sanitizer's shadow takes terabytes of addresses, and no memory for most of them.
    if linux_is_watched() == 0 { try limit(RLIMIT_AS, memoryBytes) }
    try limit(RLIMIT_FSIZE, fileBytes)
    try limit(RLIMIT_NOFILE, 64)
    try stayAlone()
  }

  /// Bounds a process that lives on: the memory that it writes to, and its descriptors. Where walls
  /// stand around it these hold the rest.
  package static func apply(
    memoryBytes: UInt64, openFiles: UInt64, isWalled: Bool
  ) throws(SystemError) {
    if linux_is_watched() == 0 { try limit(RLIMIT_DATA, UInt(clamping: memoryBytes)) }
    try limit(RLIMIT_NOFILE, UInt(clamping: openFiles))
    if !isWalled { try stayAlone() }
  }

  private static func stayAlone() throws(SystemError) {
    try limit(RLIMIT_CORE, 0)
    try retrying("prctl") { linux_die_with_parent() }
    try retrying("seccomp") { linux_forbid_processes() }
  }

  private static func limit(
    _ resource: __rlimit_resource, _ value: UInt
  ) throws(SystemError) {
    let number = __rlimit_resource_t(resource.rawValue)
    var limit = rlimit()
    try retrying("getrlimit") { getrlimit(number, &limit) }
    // A hard limit that is lower already stays.
    limit = rlimit(rlim_cur: min(value, limit.rlim_max), rlim_max: min(value, limit.rlim_max))
    try retrying("setrlimit") { setrlimit(number, &limit) }
  }

  /// Ends this process now: nothing that other code has registered for its end is run.
  package static func exit(_ code: Int32) -> Never { _exit(code) }

  /// Moves standard output to a descriptor of its own, and lets what else is written there go
  /// nowhere.
  package static func divertOutput() throws(SystemError) -> Descriptor {
    let output = Descriptor(
      owning: try retrying("fcntl") { linux_fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3) })
    let nowhere = try retrying("open") {
      linux_openat(AT_FDCWD, "/dev/null", O_WRONLY | O_CLOEXEC, 0)
    }
    try retrying("dup2") { dup2(nowhere, STDOUT_FILENO) }
    close(nowhere)
    return output
  }
}
