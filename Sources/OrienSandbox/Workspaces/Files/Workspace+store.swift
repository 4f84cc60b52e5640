import OrienModel
import OrienSystem

// How files that are sent come to lie in a workspace. Everything here blocks for the disk.

extension Workspace {
  /// Stores a file whole, in place of one that had the name.
  func store(_ bytes: [UInt8], as path: FolderPath) throws(Failure) {
    let size = UInt64(bytes.count)
    guard size <= limits.uploadBytes else { throw FileUpload.tooLarge(limits.uploadBytes) }
    try account.reserve(DiskUsage(bytes: size))
    let file: NewFile
    do throws(Failure) {
      file = try NewFile(in: folder)
      try file.write(bytes)
    } catch {
      account.release(DiskUsage(bytes: size))
      throw error
    }
    _ = try publish(file, as: path, reserved: size)
  }

  /// Gives a file its name that has been written; `reserved` bytes of the account are its. Whether
  /// nothing had the name before.
  func publish(
    _ file: NewFile, as path: FolderPath, reserved: UInt64
  ) throws(Failure) -> Bool {
    var held = DiskUsage(bytes: reserved)
    do throws(Failure) {
      try account.requireOpen()
      let old = try file.publish(as: path, in: folder, lasting: !isPassing) { () throws(Failure) in
        try account.reserve(DiskUsage(files: 1))
        held.files += 1
      }
      let bytes = DiskUsage.bytes(of: try file.status())
      account.settle(
        reserved: held, stored: DiskUsage(bytes: bytes, files: held.files),
        replaced: DiskUsage(bytes: old.map(DiskUsage.bytes(of:)) ?? 0))
      return old == nil
    } catch {
      account.release(held)
      throw error
    }
  }
}
