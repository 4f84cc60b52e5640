import OrienModel
import OrienSystem

/// The file that a workspace is: what it takes of the disk beneath it.
struct ImagePlace: Sendable {
  let root: Folder
  let file: FolderPath

  /// What ext4 keeps of its files for itself.
  private static let ownFiles: UInt64 = 10

  init(_ session: Session, in root: Folder) throws(Failure) {
    self.root = root
    file = try FolderPath(session.folder)
  }

  func occupied() throws(Failure) -> UInt64 {
    do throws(SystemError) {
      return UInt64(clamping: try root.status(of: file).allocatedBytes)
    } catch {
      throw error.failure("measuring \(root.path)/\(file)")
    }
  }

  /// The same without waiting for the disk; nil where that would have to be.
  func occupiedAtHand() -> UInt64? {
    root.statusAtHand(of: file).map { UInt64(clamping: $0.allocatedBytes) }
  }

  /// Whether it ends where `limit` does: one that was made when that was more does not.
  static func holds(_ mounted: Folder, to limit: DiskUsage) throws(Failure) -> Bool {
    do throws(SystemError) {
      let room = try mounted.room()
      let bytes = room.usedBytes.saturatingAdd(room.availableBytes)
      // Where it is full ext4 may have gone into what it keeps for itself.
      return bytes <= limit.bytes.saturatingAdd(limit.bytes / 64)
        && room.files <= limit.files.saturatingAdd(ownFiles)
    } catch {
      throw error.failure("measuring \(mounted.path)")
    }
  }

  /// What lies in it, by its own file system's word.
  static func usage(of mounted: Folder) throws(Failure) -> DiskUsage {
    do throws(SystemError) {
      let room = try mounted.room()
      return DiskUsage(
        bytes: room.usedBytes, files: room.usedFiles - min(room.usedFiles, ownFiles))
    } catch {
      throw error.failure("measuring \(mounted.path)")
    }
  }
}

extension Session {
  /// Nil where its folder is a plain one.
  var image: ImageName? { ImageName(folder: folder) }
}
