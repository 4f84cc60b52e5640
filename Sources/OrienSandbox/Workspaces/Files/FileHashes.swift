import OrienModel
import OrienSystem
import Synchronization

/// The hashes of a workspace's files, remembered for as long as the kernel says that a file has
/// not changed. Any thread may ask.
final class FileHashes: Sendable {
  private let known = Mutex<[FolderPath: Known]>([:])

  private struct Known {
    var inode: UInt64
    var bytes: Int64
    var changedNanoseconds: Int64
    var sha256: String
  }

  /// Nil where the file is larger than what is left of `budget`.
  func hash(
    of path: FolderPath, in folder: Folder, budget: inout UInt64
  ) throws(Failure) -> String? {
    let file = try folder.file(path)
    let status = try Self.status(of: file)
    if let hash = known.withLock({ $0[path] }), hash.inode == status.inode,
      hash.bytes == status.bytes, hash.changedNanoseconds == status.changedNanoseconds
    {
      return hash.sha256
    }
    let size = UInt64(clamping: status.bytes)
    guard size <= budget else { return nil }
    budget -= size
    let hash: String
    do { hash = try Self.hash(file, bytes: status.bytes) } catch {
      throw error.failure("hashing a file")
    }
    remember(hash, path, status)
    return hash
  }

  /// Forgets all files but these.
  func keep(_ paths: Set<FolderPath>) {
    known.withLock { $0 = $0.filter { paths.contains($0.key) } }
  }

  private func remember(_ hash: String, _ path: FolderPath, _ status: FileStatus) {
    // A clock tick is coarse: within the same one a file can change again unseen.
    let age = Timestamp.now.microseconds - status.changedNanoseconds / 1000
    guard age > 1_000_000 else { return }
    known.withLock {
      $0[path] = Known(
        inode: status.inode, bytes: status.bytes, changedNanoseconds: status.changedNanoseconds,
        sha256: hash)
    }
  }

  private static func status(of file: borrowing Descriptor) throws(Failure) -> FileStatus {
    do { return try file.status() } catch { throw error.failure("hashing a file") }
  }

  static func hash(_ file: borrowing Descriptor, bytes: Int64) throws(SystemError) -> String {
    var digest = SHA256()
    var offset: Int64 = 0
    while offset < bytes {
      let chunk = try file.readAll(from: offset, atMost: Int(min(1 << 18, bytes - offset)))
      if chunk.isEmpty { break }
      digest.update(chunk)
      offset += Int64(chunk.count)
    }
    return digest.finish()
  }
}
