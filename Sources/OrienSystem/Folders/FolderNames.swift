import CLinux
import Glibc
package import OrienModel

/// The names in one folder, one after the other, as the kernel has them: none of them is looked
/// at, so a name may be gone, or another thing, by the time it is used.
package struct FolderNames: ~Copyable {
  private let stream: OpaquePointer

  package init(of folder: Folder) throws(SystemError) {
    let raw = try folder.descriptor().release()
    guard let stream = fdopendir(raw) else {
      let error = SystemError.last("fdopendir")
      close(raw)
      throw error
    }
    self.stream = stream
  }

  deinit { closedir(stream) }

  /// The next name; nil after the last.
  package mutating func next() throws(SystemError) -> FolderPath? {
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw .last("readdir") }
        return nil
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { FolderPath(entry: $0) }
      }
      if !name.isDots { return name }
    }
  }
}

extension Folder {
  /// Its names, at most `limit` of them.
  package func names(atMost limit: Int = .max) throws(Failure) -> [FolderPath] {
    do throws(SystemError) {
      var names = try FolderNames(of: self)
      var result: [FolderPath] = []
      while result.count < limit, let name = try names.next() { result.append(name) }
      return result
    } catch {
      throw error.failure("reading \(path)")
    }
  }
}
