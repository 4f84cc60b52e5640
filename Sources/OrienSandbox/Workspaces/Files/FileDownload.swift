package import OrienModel
import OrienSystem

/// A file on its way out: exactly as many bytes as it had when it was opened, or a failure.
///
/// Belongs to the loop's thread. One chunk is read at a time and none ahead: who takes them sets
/// the pace.
package final class FileDownload {
  /// What remains of the file from where the download begins.
  package let bytes: UInt64
  private let file: OpenFile
  private let loop: Loop
  private let disk: DiskThreads
  private var offset: Int64
  private var isReading = false

  init(_ file: OpenFile, from start: UInt64, _ loop: Loop, _ disk: DiskThreads) {
    self.file = file
    self.loop = loop
    self.disk = disk
    let start = min(start, UInt64(clamping: file.status.bytes))
    offset = Int64(start)
    bytes = UInt64(clamping: file.status.bytes) - start
  }

  /// The next bytes, none after the last. The failure `file-changed` says that the file has
  /// become shorter than was promised: the connection ends there. Traps where one is being read.
  package func next(
    atMost count: Int = 1 << 18, then: @escaping (Result<[UInt8], Failure>) -> Void
  ) {
    loop.assertCurrent()
    precondition(!isReading, "a download gives one chunk at a time")
    isReading = true
    let (file, offset) = (file, offset)
    let left = file.status.bytes - offset
    disk.run(
      { () throws(Failure) in try file.read(from: offset, Int(min(Int64(count), left))) },
      then: loop.reply { result in
        self.isReading = false
        if case .success(let chunk) = result { self.offset += Int64(chunk.count) }
        then(result)
      })
  }
}
