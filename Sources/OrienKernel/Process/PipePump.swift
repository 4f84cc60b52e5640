import OrienModel
import OrienSystem

/// Moves what a process writes from its pipe to a sink, no faster than the sink takes it. Belongs
/// to the loop.
final class PipePump {
  private static let stepBytes = 64 << 10

  private let reader: Descriptor
  private var writer: Descriptor?
  private let sink: any ByteSink
  private var watch: Watch?

  /// Makes the pipe and begins to move what comes.
  init(into sink: any ByteSink, loop: Loop) throws(SystemError) {
    let ends = try Pipe().release()
    reader = Descriptor(owning: ends.reader)
    writer = Descriptor(owning: ends.writer)
    self.sink = sink
    watch = try loop.watch(ends.reader, .read) { [unowned self] _ in pump() }
  }

  deinit { watch?.cancel() }

  /// The end that the process writes to, once.
  func takeWriter() -> Descriptor {
    guard let writer = writer.take() else { preconditionFailure("a pipe has one writing end") }
    return writer
  }

  /// What a pipe can be made to hold by whoever has an end of it.
  private static let pipeBytes = 1 << 20

  /// The process is gone: takes what is left in the pipe, and no more than that where somebody
  /// still writes to it.
  func finish() {
    var left = Self.pipeBytes
    while watch != nil, left > 0, let count = step(), count > 0 { left -= count }
    close()
  }

  private func pump() {
    if step() == 0 {
      close()
    } else if sink.isCongested {
      watch?.change(to: [])
      sink.whenRelieved { [weak self] in self?.watch?.change(to: .read) }
    }
  }

  /// Reads once; 0 at the end of the stream, nil where there is nothing now: somebody else may
  /// have read it, for a program can open its own pipes.
  private func step() -> Int? {
    withUnsafeTemporaryAllocation(byteCount: Self.stepBytes, alignment: 16) { buffer in
      // A pipe that cannot be read has ended for us: its process's end is told by the launcher.
      let result = Result { () throws(SystemError) in try reader.read(into: buffer) }
      guard case .success(let read) = result else { return 0 }
      guard let count = read else { return nil }
      sink.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      return count
    }
  }

  private func close() {
    watch?.cancel()
    watch = nil
  }
}
