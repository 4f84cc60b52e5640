import OrienLedger
import OrienModel
import OrienSystem

/// The file of a stream that is too long for memory. Written by one disk thread at a time, read by
/// any.
final class SpilledOutput: Sendable {
  private let file: Descriptor

  init(_ file: consuming Descriptor) { self.file = file }

  /// Appends; pieces come in order.
  func write(_ piece: [UInt8]) throws(Failure) {
    do { try file.writeAll(piece) } catch { throw error.failure("keeping an output") }
  }

  func read(from offset: Int, atMost count: Int) throws(Failure) -> [UInt8] {
    do {
      return try file.readAll(from: Int64(offset), atMost: count)
    } catch {
      throw error.failure("reading an output")
    }
  }

  func seal(in files: OutputFiles) throws(Failure) { try files.seal(file) }
}
