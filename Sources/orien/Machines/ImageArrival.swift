import OrienDiskImage
import OrienModel
import OrienSandbox
import OrienSystem

/// A disk on its way into the folder of images: a file without a name, until all of it is there and
/// found to be what was meant. What is dropped before leaves nothing behind, also after `kill -9`.
final class ImageArrival {
  /// More than any disk that somebody boots from.
  static let bytesAtMost: UInt64 = 256 << 30

  private let file: NewFile
  private let folder: Folder
  private var hash = SHA256()
  private var start: [UInt8] = []
  private var isChecked = false
  private(set) var count: UInt64 = 0
  /// Called now and then with how many bytes have come.
  private let progress: (UInt64) -> Void

  init(in folder: Folder, progress: @escaping (UInt64) -> Void) throws(Failure) {
    file = try NewFile(in: folder)
    self.folder = folder
    self.progress = progress
  }

  /// Throws as soon as it is seen that this is no disk: nobody waits for the rest.
  func take(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    count += UInt64(bytes.count)
    guard count <= Self.bytesAtMost else {
      throw Failure(
        .tooLarge, "image-too-large", "expected an image of at most \(Self.bytesAtMost) bytes")
    }
    if !isChecked {
      start += bytes.prefix(Qcow2Header.bytes - start.count)
      if start.count == Qcow2Header.bytes { try check() }
    }
    let bytes = Array(bytes)
    hash.update(bytes)
    try file.write(bytes)
    progress(count)
  }

  /// Gives it its name, in the place of any image of that name. `expected` is in lower-case
  /// hexadecimal digits; what it has is returned.
  func publish(as name: DiskImageName, expected: String?) throws(Failure) -> String {
    if !isChecked { try check() }
    let found = hash.finish()
    guard expected == nil || expected == found else {
      throw Failure(
        .invalid, "wrong-hash", "expected an image whose SHA-256 is \(expected!), found \(found)")
    }
    _ = try file.publish(as: try FolderPath(name.file), in: folder) {}
    return found
  }

  private func check() throws(Failure) {
    do throws(DiskImageFault) { _ = try Qcow2Header(start) } catch { throw error.failure }
    isChecked = true
    start = []
  }
}
