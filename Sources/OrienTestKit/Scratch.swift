import Foundation

/// A folder for one test, removed with all that is in it when it is let go of.
package final class Scratch: Sendable {
  package let path: String

  package init() {
    var template = Array("/tmp/orien-test-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "a test has a temporary folder")
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// A copy of all of `other`, as it is now.
  package convenience init(copying other: Scratch) throws {
    self.init()
    for name in try FileManager.default.contentsOfDirectory(atPath: other.path) {
      try FileManager.default.copyItem(atPath: other.path + "/" + name, toPath: self / name)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  package static func / (scratch: Scratch, name: String) -> String { scratch.path + "/" + name }

  package func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: self / name)
  }

  /// Makes a folder in it and gives its path.
  package func folder(_ name: String) throws -> String {
    try FileManager.default.createDirectory(
      atPath: self / name, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o755])
    return self / name
  }

  /// Puts a file there whole, by a rename, with exactly this mode; gives its path.
  @discardableResult
  package func write(_ bytes: some Sequence<UInt8>, to name: String, mode: Int = 0o644) throws
    -> String
  {
    let passing = path + "/.passing"
    try Data(bytes).write(to: URL(filePath: passing))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: passing)
    guard rename(passing, self / name) == 0 else { throw CocoaError(.fileWriteUnknown) }
    return self / name
  }

  @discardableResult
  package func write(_ text: String, to name: String, mode: Int = 0o644) throws -> String {
    try write(text.utf8, to: name, mode: mode)
  }
}
