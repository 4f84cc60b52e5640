import CLinux
import Glibc

extension Descriptor {
  /// Something to read `bytes` from, from the beginning: a process's standard input that nobody
  /// has to feed.
  package static func input(_ bytes: [UInt8]) throws(SystemError) -> Descriptor {
    guard !bytes.isEmpty else {
      return Descriptor(
        owning: try retrying("open") {
          linux_openat(AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC, 0)
        })
    }
    let file = Descriptor(
      owning: try retrying("memfd_create") { linux_memfd_create("input", 1 /* close-on-exec */) })
    try file.writeAll(bytes)
    let raw = file.raw
    try retrying("lseek") { lseek(raw, 0, SEEK_SET) }
    return file
  }
}
