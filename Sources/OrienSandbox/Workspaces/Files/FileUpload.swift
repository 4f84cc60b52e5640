package import OrienModel
import OrienSystem
import Synchronization

/// A file on its way in. It has no name until all of it is there; given up before, or let go of,
/// it leaves nothing.
///
/// Belongs to the loop's thread. One chunk is written at a time: who sends waits for its answer.
package final class FileUpload {
  private let path: FolderPath
  private let incoming: Incoming
  private let workspace: Workspace
  private let loop: Loop
  private let disk: DiskThreads
  private var received: UInt64 = 0
  /// In the workspace's account: what has come.
  private var reserved: UInt64 = 0
  private var phase = Phase.waiting

  private enum Phase { case waiting, writing, over }

  /// What the disk threads work on, one at a time.
  private final class Incoming: Sendable {
    let file: NewFile
    let digest = Mutex(SHA256())
    init(_ file: NewFile) { self.file = file }
  }

  init(
    _ file: NewFile, as path: FolderPath, in workspace: Workspace, _ loop: Loop,
    _ disk: DiskThreads
  ) {
    self.path = path
    self.workspace = workspace
    self.loop = loop
    self.disk = disk
    incoming = Incoming(file)
  }

  deinit { abort() }

  /// Appends. After a failure the upload is over. Traps while another chunk is being written.
  package func write(_ chunk: [UInt8], then: @escaping (Result<Void, Failure>) -> Void) {
    loop.assertCurrent()
    precondition(phase != .writing, "an upload takes one chunk at a time")
    guard phase == .waiting else { return then(.failure(Self.isOver)) }
    do throws(Failure) {
      try admit(UInt64(chunk.count))
    } catch {
      abort()
      return then(.failure(error))
    }
    phase = .writing
    let incoming = incoming
    disk.run(
      { () throws(Failure) in
        try incoming.file.write(chunk)
        incoming.digest.withLock { $0.update(chunk) }
      },
      then: loop.reply { result in
        if self.phase == .writing { self.phase = .waiting }
        if case .failure = result { self.abort() }
        then(result)
      })
  }

  private func admit(_ more: UInt64) throws(Failure) {
    let size = received.saturatingAdd(more)
    guard size <= workspace.limits.uploadBytes else {
      throw Self.tooLarge(workspace.limits.uploadBytes)
    }
    if size > reserved {
      try workspace.account.reserve(DiskUsage(bytes: size - reserved))
      reserved = size
    }
    received = size
  }

  /// Gives the file its name, in place of one that had it, and answers with its hash.
  package func finish(then: @escaping (Result<Stored, Failure>) -> Void) {
    loop.assertCurrent()
    precondition(phase != .writing, "an upload is finished after its last chunk was written")
    guard phase == .waiting else { return then(.failure(Self.isOver)) }
    phase = .over
    let (path, incoming, workspace) = (path, incoming, workspace)
    let (reserved, received) = (reserved, received)
    disk.run(
      { () throws(Failure) in
        let isNew = try workspace.publish(incoming.file, as: path, reserved: reserved)
        let sha256 = incoming.digest.withLock { $0.finish() }
        return Stored(bytes: received, sha256: sha256, isNew: isNew)
      }, then: loop.reply(then))
  }

  /// Ends it without a trace. Does nothing once it is over.
  package func abort() {
    guard phase != .over else { return }
    phase = .over
    workspace.account.release(DiskUsage(bytes: reserved))
  }

  package struct Stored: Sendable {
    package var bytes: UInt64
    package var sha256: String
    /// Nothing had the name before.
    package var isNew: Bool
  }

  package static func tooLarge(_ limit: UInt64) -> Failure {
    Failure(
      .tooLarge, "file-too-large",
      "a file that is sent has at most \(limit) bytes; UPLOAD_BYTES says how many")
  }

  private static let isOver = Failure(.conflict, "upload-over", "the upload has ended already")
}
