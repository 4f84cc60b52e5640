import Glibc
package import OrienModel

/// A library in this process. It is never unloaded: code that was once here may be called as long
/// as the process lives.
package struct SharedLibrary: @unchecked Sendable {
  private let handle: UnsafeMutableRawPointer

  /// Loads the library with its symbols to itself and every one of them bound now, so that what is
  /// missing is told here and not in the middle of a call.
  package init(at path: String) throws(Failure) {
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw Failure(.invalid, "not-loadable", dlerror().map { String(cString: $0) } ?? path)
    }
    self.handle = handle
  }

  package func symbol(_ name: String) -> UnsafeMutableRawPointer? { dlsym(handle, name) }
}
