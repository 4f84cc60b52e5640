import CLinux
import Glibc
package import OrienModel

/// A file of whoever runs the program, at a path that they chose: read, and never written.
package final class HostFile {
  private let descriptor: Descriptor
  package let path: String
  package let status: FileStatus

  /// The reason where this user may not read a file.
  package static let isUnreadable = "not-readable"

  /// Opens it; a folder is refused.
  package init(at path: String) throws(Failure) {
    self.path = path
    do throws(SystemError) {
      descriptor = Descriptor(
        owning: try retrying("open") {
          linux_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NOCTTY, 0)
        })
      status = try descriptor.status()
    } catch {
      guard error.number == EACCES else { throw error.failure("opening \(path)") }
      throw Failure(.denied, Self.isUnreadable, "opening \(path): \(error)")
    }
    if status.kind == .folder {
      throw Failure(.invalid, "not-a-file", "\(path): expected a file, found a folder")
    }
  }

  /// What is at a path, links followed; nil where there is nothing that one may see.
  package static func kind(at path: String) -> FileStatus.Kind? {
    var status = stat()
    return stat(path, &status) == 0 ? FileStatus(status).kind : nil
  }

  /// What is at a path, a link as one; nil where there is nothing that one may see.
  package static func status(at path: String) -> FileStatus? {
    var status = stat()
    return lstat(path, &status) == 0 ? FileStatus(status) : nil
  }

  /// The path with every link of it followed; nil where that leads to nothing.
  package static func resolved(_ path: String) -> String? {
    guard let text = realpath(path, nil) else { return nil }
    defer { free(text) }
    return String(cString: text)
  }

  /// The next bytes, at most as many as there is room for; 0 at the end. Waits for them.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
    do throws(SystemError) {
      return try descriptor.read(into: buffer) ?? 0
    } catch {
      throw error.failure("reading \(path)")
    }
  }

  /// The whole file as text; what is longer or no UTF-8 is refused.
  package func text(atMostBytes bound: Int) throws(Failure) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let result = buffer.withUnsafeMutableBytes { buffer in
        Result { () throws(Failure) in try read(into: buffer) }
      }
      let count = try result.get()
      if count == 0 { break }
      bytes += buffer[..<count]
      guard bytes.count <= bound else {
        throw Failure(.tooLarge, "file-too-large", "\(path): expected at most \(bound) bytes")
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(.invalid, "not-text", "\(path): expected UTF-8 text")
    }
    return text
  }
}
