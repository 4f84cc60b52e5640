package import OrienModel
package import OrienSystem

/// Outputs that are too large for the ledger's own file: one file a stream, named by its execution.
///
/// May be used from any thread that may wait for the disk. A file is made while its execution runs,
/// sealed before it is settled, and removed when the output is forgotten.
package final class OutputFiles: Sendable {
  private let folder: Folder

  init(in state: Folder) throws(Failure) {
    folder = try Folder(at: state.path + "/outputs", creating: true)
  }

  /// Those that a ledger has, for who only reads; nil where no file was ever written.
  init?(reading state: Folder) throws(Failure) {
    guard try state.has("outputs") else { return nil }
    do { folder = try state.folder("outputs") } catch {
      throw error.failure("\(state.path)/outputs")
    }
  }

  /// Makes the file of a stream, empty and open for writing and reading.
  package func create(_ id: ExecutionID, _ stream: OutputStream) throws(Failure) -> Descriptor {
    let name = try Self.name(id, stream)
    try folder.discard(name)
    return try folder.file(name, for: .create)
  }

  /// Waits until the file and its name are on the disk.
  package func seal(_ file: borrowing Descriptor) throws(Failure) {
    do throws(SystemError) {
      try file.sync()
      try folder.sync()
    } catch {
      throw error.failure("syncing an output in \(folder.path)")
    }
  }

  /// Opens the file of a stream for reading; nil where there is none.
  package func open(_ id: ExecutionID, _ stream: OutputStream) throws(Failure) -> Descriptor? {
    let name = try Self.name(id, stream)
    return try folder.has(name) ? folder.file(name) : nil
  }

  /// Reads a part of a file.
  package static func read(
    _ file: borrowing Descriptor, from offset: UInt64, atMost count: Int
  ) throws(Failure) -> [UInt8] {
    do {
      return try file.readAll(from: Int64(clamping: offset), atMost: count)
    } catch {
      throw error.failure("reading an output")
    }
  }

  /// How long the file of a stream is, and the digest of what is in it; nil where there is none.
  func digest(
    _ id: ExecutionID, _ stream: OutputStream
  ) throws(Failure) -> (bytes: UInt64, digest: [UInt8]?)? {
    guard let file = try open(id, stream) else { return nil }
    var digest = Digest.Parts()
    var bytes: UInt64 = 0
    while true {
      let part = try Self.read(file, from: bytes, atMost: 1 << 20)
      if part.isEmpty { return (bytes, digest.end()) }
      part.withUnsafeBytes { digest.add($0) }
      bytes += UInt64(part.count)
    }
  }

  /// Removes the files of an execution, if there are any. One that cannot be removed is room lost,
  /// and no reason to stop.
  package func remove(_ id: ExecutionID) {
    for stream in Self.streams { remove(id, stream) }
  }

  package func remove(_ id: ExecutionID, _ stream: OutputStream) {
    if let name = try? Self.name(id, stream) { try? folder.discard(name) }
  }

  /// Removes the files of streams of which `isKept` does not say that they are kept in one: what a
  /// node left that ended before it could remove them.
  func removeStrays(_ isKept: (ExecutionID, OutputStream) throws -> Bool) throws {
    for name in try folder.names() {
      let parts = name.text.split(separator: ".", maxSplits: 1)
      guard parts.count == 2, let id = ExecutionID(String(parts[0])),
        let stream = Self.streams.first(where: { Self.ending(of: $0) == parts[1] })
      else { continue }
      if try !isKept(id, stream) { remove(id, stream) }
    }
  }

  private static let streams = [OutputStream.output, .errors]

  private static func ending(of stream: OutputStream) -> String {
    stream == .output ? "output" : "errors"
  }

  private static func name(_ id: ExecutionID, _ stream: OutputStream) throws(Failure) -> FolderPath
  {
    try FolderPath("\(id).\(ending(of: stream))")
  }
}
