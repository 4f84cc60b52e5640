import OrienModel
import OrienSystem

/// Room on the disk that is kept for finals: a file without meaning, given up when the disk is full
/// so that what was promised can still be written, and made again when there is room.
struct Room {
  let folder: Folder
  private let bytes: Int64
  private let retryEvery: Duration
  private var nextTry = Instant(nanoseconds: 0)
  /// The disk was full, and since then nothing has shown that it is not.
  var isShort = false

  static let fileName: FolderPath = "reserve"

  init(folder: Folder, bytes: Int64, retryEvery: Duration) {
    self.folder = folder
    self.bytes = bytes
    self.retryEvery = retryEvery
  }

  /// A file that cannot be removed gives no room, and then the finals wait.
  func release() { try? folder.discard(Self.fileName) }

  /// Whether the reserve is there, made anew if need be; asks the disk only now and then.
  mutating func restore() -> Bool {
    guard Instant.now >= nextTry else { return false }
    nextTry = .now + retryEvery
    do {
      if bytes > 0 { try folder.reserve(Self.fileName, bytes: bytes) }
      return true
    } catch {
      return false
    }
  }
}
