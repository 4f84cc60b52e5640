import OrienModel
import OrienSystem

/// A regular file with what it was when it was opened.
final class OpenFile: Sendable {
  private let descriptor: Descriptor
  let status: FileStatus

  init(_ path: FolderPath, in folder: Folder, atMost limit: UInt64) throws(Failure) {
    descriptor = try folder.file(path)
    do { status = try descriptor.status() } catch { throw error.failure(path.text) }
    guard UInt64(clamping: status.bytes) <= limit else {
      throw Failure(
        .tooLarge, "file-too-large",
        "\(path): has \(status.bytes) bytes, holes included; at most \(limit) are sent")
    }
  }

  /// Of the state that it was opened in: `file-changed` where that is no more, for what others change
  /// while it is read is no state of it.
  func hash() throws(Failure) -> String {
    do throws(SystemError) {
      let sha256 = try FileHashes.hash(descriptor, bytes: status.bytes)
      let now = try descriptor.status()
      if now.bytes == status.bytes, now.changedNanoseconds == status.changedNanoseconds {
        return sha256
      }
    } catch {
      throw error.failure("hashing a file")
    }
    throw Failure(.conflict, "file-changed", "the file was changed while it was read")
  }

  func read(from offset: Int64, _ count: Int) throws(Failure) -> [UInt8] {
    let bytes: [UInt8]
    do {
      bytes = try descriptor.readAll(from: offset, atMost: count)
    } catch {
      throw error.failure("reading a file")
    }
    guard bytes.count == count else {
      throw Failure(.conflict, "file-changed", "the file was shortened while it was read")
    }
    return bytes
  }
}
