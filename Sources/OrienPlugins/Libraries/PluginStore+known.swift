import OrienModel
import OrienSystem

// What libraries were when they were read last. One that is still the same file, by what only the
// kernel sets, is not read again: a start would do little else.

extension PluginStore {
  /// The hash of the library that this file is, where it is known and the copy of it is as it was made.
  func hash(ofFile name: FolderPath, _ status: FileStatus) throws(Failure) -> String? {
    guard let text = try knownText(of: name) else { return nil }
    guard let hash = text.split(separator: " ").last.map(String.init),
      let copy = statusOfCopy(hash), text == Self.text(status, copy, hash)
    else { return nil }
    return hash
  }

  /// Remembers it. Not of a file that has changed just now: it may change again, and look the same.
  func note(file name: FolderPath, _ status: FileStatus, hash: String) throws(Failure) {
    let changed = max(status.modifiedNanoseconds, status.changedNanoseconds) / 1000
    guard changed + Self.settledMicroseconds < Timestamp.now.microseconds,
      let copy = statusOfCopy(hash)
    else { return }
    let text = Self.text(status, copy, hash)
    if try knownText(of: name) != text { try keepKnown(text, of: name) }
  }

  private static let settledMicroseconds: Int64 = 100_000

  private static func text(_ file: FileStatus, _ copy: FileStatus, _ hash: String) -> String {
    "\(identity(of: file)):\(file.changedNanoseconds) \(identity(of: copy)) \(hash)"
  }

  /// Of a copy this is all: nobody else can write to it, and a worker's user is let read it later.
  private static func identity(of file: FileStatus) -> String {
    "\(file.device):\(file.inode):\(file.bytes):\(file.modifiedNanoseconds)"
  }
}
