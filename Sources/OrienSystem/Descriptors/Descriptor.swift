import CLinux
import Glibc

/// An open file descriptor with one owner; closed when the owner lets go of it.
///
/// Every descriptor of the node is close-on-exec from its first instant.
package struct Descriptor: ~Copyable, Sendable {
  package let raw: Int32

  /// Takes over `raw`, which nobody else may close from here on.
  package init(owning raw: Int32) {
    precondition(raw >= 0, "a descriptor is never negative")
    self.raw = raw
  }

  deinit { close(raw) }

  /// Gives the descriptor up to whoever takes the number; it is not closed.
  package consuming func release() -> Int32 {
    let raw = self.raw
    discard self
    return raw
  }

  /// Another descriptor of the same open file.
  package borrowing func duplicate() throws(SystemError) -> Descriptor {
    let raw = self.raw
    return Descriptor(owning: try retrying("dup") { linux_fcntl(raw, F_DUPFD_CLOEXEC, 3) })
  }
}

extension Descriptor {
  /// Reads at most `buffer.count` bytes; nil where none are there yet; 0 at the end.
  package borrowing func read(
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(SystemError) -> Int? {
    try Self.read(raw, into: buffer)
  }

  /// Writes as much as is taken at once; nil where nothing is taken yet.
  package borrowing func write(_ buffer: UnsafeRawBufferPointer) throws(SystemError) -> Int? {
    try Self.write(raw, buffer)
  }

  package static func read(
    _ raw: Int32, into buffer: UnsafeMutableRawBufferPointer
  ) throws(SystemError) -> Int? {
    while true {
      let count = Glibc.read(raw, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      if errno == EAGAIN { return nil }
      if errno != EINTR { throw .last("read") }
    }
  }

  package static func write(
    _ raw: Int32, _ buffer: UnsafeRawBufferPointer
  ) throws(SystemError) -> Int? {
    while true {
      let count = Glibc.write(raw, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      if errno == EAGAIN { return nil }
      if errno != EINTR { throw .last("write") }
    }
  }

  /// Writes all of `bytes`, and waits where they are not taken at once.
  package borrowing func writeAll(_ bytes: [UInt8]) throws(SystemError) {
    try Self.writeAll(raw, bytes)
  }

  package static func writeAll(_ raw: Int32, _ bytes: [UInt8]) throws(SystemError) {
    let result = bytes.withUnsafeBytes { bytes in
      Result { () throws(SystemError) in try writeAll(raw, bytes) }
    }
    try result.get()
  }

  package static func writeAll(_ raw: Int32, _ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    var rest = bytes
    while !rest.isEmpty {
      if let count = try write(raw, rest) {
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      } else {
        // Whoever shares it has made it one that does not wait.
        var ready = pollfd(fd: raw, events: Int16(POLLOUT), revents: 0)
        poll(&ready, 1, -1)
      }
    }
  }

  /// Reads a regular file from `offset` on, at most `count` bytes; fewer only at its end.
  package borrowing func readAll(
    from offset: Int64 = 0, atMost count: Int
  ) throws(SystemError) -> [UInt8] {
    let raw = self.raw
    let size = Int(try status().bytes)
    var bytes: [UInt8] = []
    while bytes.count < count {
      let start = Int(offset) + bytes.count
      // No more room than the file needs: a large one would be mapped for each small file, and taken
      // from all threads again. What the kernel makes up as it is read has no size.
      let step = min(count - bytes.count, max(size - start, 4096), 1 << 18)
      var failure: SystemError?
      let chunk = [UInt8](unsafeUninitializedCapacity: step) { buffer, filled in
        do throws(SystemError) {
          filled = try retrying("pread") { pread(raw, buffer.baseAddress, step, start) }
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      if chunk.isEmpty { break }
      if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
    }
    return bytes
  }

  /// Gives back the room that the file takes, whoever else has it open.
  package borrowing func empty() throws(SystemError) { try cut(at: 0) }

  /// Has the file hold `bytes` alone, of which nothing was read or written here yet. They go over
  /// what is there: a file that is emptied first gives its blocks back to take others, and waits for
  /// the file system's journal twice.
  package borrowing func rewrite(_ bytes: [UInt8]) throws(SystemError) {
    try writeAll(bytes)
    if try status().bytes > bytes.count { try cut(at: bytes.count) }
  }

  private borrowing func cut(at length: Int) throws(SystemError) {
    let raw = self.raw
    try retrying("ftruncate") { ftruncate(raw, off_t(length)) }
  }

  /// Waits until the file's bytes are on the disk.
  package borrowing func sync() throws(SystemError) {
    let raw = self.raw
    try retrying("fdatasync") { fdatasync(raw) }
  }

  /// What the kernel knows of the file.
  package borrowing func status() throws(SystemError) -> FileStatus {
    let raw = self.raw
    var status = stat()
    try retrying("fstat") { fstat(raw, &status) }
    return FileStatus(status)
  }
}
