import CLinux
import Glibc

/// The two ends of a new pipe. The reading end never blocks; the writing end, which another
/// process gets, does.
package struct Pipe: ~Copyable {
  package var reader: Descriptor
  package var writer: Descriptor

  package init() throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    try retrying("pipe2") { linux_pipe2(&ends, O_CLOEXEC) }
    let reader = Descriptor(owning: ends[0])
    let writer = Descriptor(owning: ends[1])
    let raw = reader.raw
    try retrying("fcntl") { linux_fcntl(raw, F_SETFL, O_NONBLOCK) }
    self.reader = reader
    self.writer = writer
  }

  /// Gives both ends up to whoever takes the numbers; they are not closed.
  package consuming func release() -> (reader: Int32, writer: Int32) {
    (reader.release(), writer.release())
  }
}
