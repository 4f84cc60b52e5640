import OrienModel
import OrienSystem

/// A file of `tools.d` that this user may trust, judged as what is open: owner, mode, kind and size of
/// the file, never of a name that may lead elsewhere by then.
struct TrustedFile: ~Copyable {
  private let file: Descriptor
  private let name: FolderPath
  let status: FileStatus

  init(_ name: FolderPath, in folder: Folder, atMost most: Int) throws(Failure) {
    let file = try folder.file(name)
    let status = try Self.status(file, name)
    guard status.owner == 0 || status.owner == User.current else {
      throw Self.untrusted("owned by user \(status.owner), expected root or user \(User.current)")
    }
    guard status.mode & 0o022 == 0 else {
      throw Self.untrusted(
        "others may write to it (mode \(String(status.mode, radix: 8))); chmod go-w")
    }
    guard status.mode & 0o6000 == 0 else {
      throw Self.untrusted("it is set-id (mode \(String(status.mode, radix: 8))); chmod ug-s")
    }
    guard status.bytes <= most else {
      throw Failure(.tooLarge, "too-large", "\(status.bytes) bytes, expected at most \(most)")
    }
    self.file = file
    self.name = name
    self.status = status
  }

  borrowing func read() throws(Failure) -> [UInt8] {
    let bytes: [UInt8]
    do {
      bytes = try file.readAll(atMost: Int(status.bytes) + 1)
    } catch {
      throw error.failure("reading it")
    }
    let after = try Self.status(file, name)
    guard bytes.count == Int(status.bytes), after.modifiedNanoseconds == status.modifiedNanoseconds
    else {
      throw Failure(
        .unavailable, "changing", "it changed while it was read; put it there by a rename")
    }
    return bytes
  }

  private static func status(
    _ file: borrowing Descriptor, _ name: FolderPath
  ) throws(Failure) -> FileStatus {
    do { return try file.status() } catch { throw error.failure("reading it") }
  }

  private static func untrusted(_ what: String) -> Failure {
    Failure(.denied, "untrusted-file", what)
  }
}
