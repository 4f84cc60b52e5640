import OrienLedger
import OrienModel
import OrienSystem
import Synchronization

/// The file of a stream that is too long for memory. Written by one disk thread at a time, read by
/// any.
final class SpilledOutput: Sendable {
  private let file: Descriptor
  private let digest = Mutex(Digest.Parts())

  init(_ file: consuming Descriptor) { self.file = file }

  /// Appends; pieces come in order.
  func write(_ piece: [UInt8]) throws(Failure) {
    do { try file.writeAll(piece) } catch { throw error.failure("keeping an output") }
    digest.withLock { digest in piece.withUnsafeBytes { digest.add($0) } }
  }

  func read(from offset: Int, atMost count: Int) throws(Failure) -> [UInt8] {
    do {
      return try file.readAll(from: Int64(offset), atMost: count)
    } catch {
      throw error.failure("reading an output")
    }
  }

  /// Ends the file, and says what its bytes' digest is. To be called once.
  func seal(in files: OutputFiles) throws(Failure) -> [UInt8] {
    try files.seal(file)
    return digest.withLock { $0.end() }
  }

  /// Gives back its room at once, whoever still reads it.
  func empty() { try? file.empty() }
}
