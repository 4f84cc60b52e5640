import OrienModel
import OrienSystem

/// Room on the disk that is kept for finals: a file without meaning, given up when the disk is full
/// so that what was promised can still be written, and made again when there is room.
struct Room {
  let folder: Folder
  private let bytes: Int64
  private let retryEvery: Duration
  private var nextTry = Instant(nanoseconds: 0)
  /// The disk was full, and nothing has been tried since.
  private(set) var isShort = false

  static let fileName: FolderPath = "reserve"

  init(folder: Folder, bytes: Int64, retryEvery: Duration) {
    self.folder = folder
    self.bytes = bytes
    self.retryEvery = retryEvery
  }

  var isDue: Bool { Instant.now >= nextTry }

  mutating func noteShortage() {
    isShort = true
    nextTry = .now + retryEvery
  }

  /// A file that cannot be removed gives no room, and then the finals wait.
  func release() { try? folder.discard(Self.fileName) }

  /// Ends the shortage where the reserve is there or can be made again; asks only now and then.
  mutating func restore() {
    guard isDue else { return }
    nextTry = .now + retryEvery
    do {
      if bytes > 0 { try folder.reserve(Self.fileName, bytes: bytes) }
      isShort = false
    } catch {
      isShort = true
    }
  }
}
