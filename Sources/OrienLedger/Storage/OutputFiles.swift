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

  /// Removes the files of an execution, if there are any. One that cannot be removed is room lost,
  /// and no reason to stop.
  package func remove(_ id: ExecutionID) {
    for stream in [OutputStream.output, .errors] {
      if let name = try? Self.name(id, stream) { try? folder.discard(name) }
    }
  }

  private static func name(_ id: ExecutionID, _ stream: OutputStream) throws(Failure) -> FolderPath
  {
    try FolderPath("\(id).\(stream == .output ? "output" : "errors")")
  }
}
