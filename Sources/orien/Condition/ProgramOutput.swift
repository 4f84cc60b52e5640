import OrienSystem

/// What a program of this machine's writes to its standard output.
enum ProgramOutput {
  private static let mostBytes = 64 << 10

  /// One that takes longer is ended; what it has written by then counts.
  static func text(
    of path: String, _ words: [String], _ environment: Environment, within patience: Duration
  ) throws(SystemError) -> String {
    let pipe = try Pipe()
    let deadline = Instant.now + patience
    let child = try ChildProcess(
      path, arguments: [path] + words,
      environment: environment.variables.map { "\($0.key)=\($0.value)" },
      descriptors: [(pipe.writer.raw, 1)])
    var bytes: [UInt8] = []
    var isOver = false
    while !isOver, Instant.now < deadline, bytes.count < mostBytes {
      var wait = Wait()
      wait.add(pipe.reader.raw)
      wait.add(child.handle.raw)
      try wait.wait(until: deadline)
      isOver = wait.isReadable(child.handle.raw)
      try drain(pipe.reader, into: &bytes)
    }
    _ = try child.finish(by: .now)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func drain(
    _ reader: borrowing Descriptor, into bytes: inout [UInt8]
  ) throws(SystemError) {
    var room = [UInt8](repeating: 0, count: 4096)
    while true {
      let result = room.withUnsafeMutableBytes { room in
        Result { () throws(SystemError) in try Descriptor.read(reader.raw, into: room) }
      }
      guard let count = try result.get(), count > 0 else { return }
      bytes += room[..<count]
    }
  }
}
