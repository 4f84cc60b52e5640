import Glibc
import OrienModel
import OrienSystem
import Testing

/// A folder of one test's own, gone with everything in it when the test ends. What is made in it
/// here is made by plain calls, as a program in a workspace makes it.
final class Scratch: Sendable {
  let path: String
  private let place: String

  init() {
    var template = Array("/tmp/orien-test-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "mkdtemp: \(SystemError.last("mkdtemp"))")
    place = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    path = place + "/scratch"
    mkdir(path, 0o700)
  }

  deinit {
    _ = try? Folder(at: place).removeTree("scratch", entries: .max)
    rmdir(place)
  }

  func folder() throws -> Folder { try Folder(at: path) }

  /// Lets every user write into it, in which the node would not trust it.
  func openedToAll() throws -> Folder {
    chmod(place, 0o711)
    chmod(path, 0o777)
    return try Folder(at: place).folder("scratch")
  }

  subscript(name: String) -> String { path + "/" + name }

  func write(_ text: String, to name: String) {
    let file = fopen(self[name], "w")!
    fputs(text, file)
    fclose(file)
  }

  func read(_ name: String) -> String? {
    guard let file = fopen(self[name], "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
  }

  func exists(_ name: String) -> Bool {
    var status = stat()
    return lstat(self[name], &status) == 0
  }

  func names() throws -> [String] { try folder().names().map(\.text).sorted() }
}
