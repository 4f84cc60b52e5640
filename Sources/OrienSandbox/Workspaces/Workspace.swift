package import OrienModel
package import OrienSystem
import Synchronization

/// A session's workspace while its folder is open: the files in it, reached beneath the folder
/// alone, whatever the programs that run in it do to the tree.
///
/// Any thread may call it. Everything here but what is at hand blocks for the disk: the loop asks
/// `Workspaces`.
package final class Workspace: Sendable {
  package let session: SessionKey
  /// It goes with its node: nothing in it is waited for until the disk has it.
  let isPassing: Bool
  package let folder: Folder
  package let account: WorkspaceAccount
  let limits: WorkspaceLimits
  /// Nil where it is a plain folder.
  let image: ImagePlace?
  /// It is an image that ends where its quota does.
  let isHeld: Bool
  let hashes = FileHashes()
  /// A handler has got a file to write to since this was last asked.
  private let isWritten = Atomic(false)

  init(
    _ session: Session, _ folder: Folder, _ account: WorkspaceAccount, _ limits: WorkspaceLimits,
    image: ImagePlace? = nil, isHeld: Bool = false
  ) {
    self.session = session.key
    isPassing = session.isPassing
    self.folder = folder
    self.account = account
    self.limits = limits
    self.image = image
    self.isHeld = isHeld
  }

  /// Of a plain folder, or of an image's file.
  package var path: String { folder.path }

  /// What holds it to its bytes and files.
  package var enforcement: Enforcement { isHeld ? .image : .count }

  /// Checks a `file` argument: a path, in the workspace, of a regular file that is there now.
  /// The failure has one fault, at the argument; its code is `invalid` unless the disk failed.
  package func prove(_ path: String, argument: String) throws(Failure) {
    do {
      _ = try folder.file(try FolderPath(path))
    } catch {
      var failure = error
      let isCallers = [.invalid, .notFound, .denied, .conflict].contains(failure.code)
      if isCallers { failure.code = .invalid }
      failure.faults = [Failure.Fault("/args/\(argument)", "\(failure.reason): \(failure.message)")]
      throw failure
    }
  }

  /// Whether `prove` would find the file, without waiting for the disk; false also where that would
  /// have to be.
  func hasAtHand(_ path: String) -> Bool {
    guard let path = try? FolderPath(path) else { return false }
    return folder.hasFileAtHand(path)
  }

  /// Opens a regular file for a handler. What it writes is counted when its call has ended, so it
  /// gets none to write to while the workspace is over its quota.
  package func open(_ path: String, for access: FileAccess) throws(Failure) -> Descriptor {
    try account.requireOpen()
    if access != .read {
      try account.reserve(DiskUsage())
      isWritten.store(true, ordering: .relaxed)
    }
    return try folder.file(try FolderPath(path), for: access)
  }

  func takeWritten() -> Bool { isWritten.exchange(false, ordering: .relaxed) }

  /// Removes a file, or whatever has the name but a folder.
  package func removeFile(_ path: FolderPath) throws(Failure) {
    let status = try folder.removeFile(path)
    account.subtract(DiskUsage(bytes: DiskUsage.bytes(of: status), files: 1))
  }

  /// Counts what is in it.
  func measure() throws(Failure) -> Measurement {
    account.willMeasure()
    if let image { return try measure(occupied: try image.occupied()) }
    let hasGrown = account.measured(try DiskUsage.measure(folder, upTo: limits.usage))
    return Measurement(used: account.used, hasGrown: hasGrown)
  }

  /// The same without waiting for the disk, as can be of most images; nil where that would have to
  /// be.
  func measureAtHand() -> Measurement? {
    guard let image else { return nil }
    account.willMeasure()
    guard let occupied = image.occupiedAtHand() else { return nil }
    return try? measure(occupied: occupied)
  }

  private func measure(occupied: UInt64) throws(Failure) -> Measurement {
    let usage = try ImagePlace.usage(of: folder)
    let hasGrown = account.measured(usage, occupied: occupied)
    let waste = occupied - min(occupied, usage.bytes)
    return Measurement(used: usage, hasGrown: hasGrown, wastedBytes: waste)
  }
}

/// What a count of a workspace has found.
struct Measurement: Sendable {
  var used: DiskUsage
  /// More bytes than the node has put there since the last count: programs have written.
  var hasGrown: Bool
  /// What an image has of the disk for nothing.
  var wastedBytes: UInt64 = 0
}

/// What a call's programs have written too much for.
package enum DiskExcess: Sendable {
  /// The call's own limit, or its workspace's.
  case own
  /// The bound of all workspaces together, or that of the disk beneath them: theirs was growing
  /// when it was passed.
  case total
}

extension Workspace {
  /// Opens a session's folder in the root, and makes it before where it is to be new.
  static func open(
    _ session: Session, in root: Folder, making: Bool, _ account: WorkspaceAccount,
    _ limits: WorkspaceLimits
  ) throws(Failure) -> Workspace {
    let name = try FolderPath(session.folder)
    do throws(SystemError) {
      if making { try root.make(name) }
      try root.makeUsable(name)
      return Workspace(session, try root.folder(name), account, limits)
    } catch {
      throw error.failure("opening the workspace of session \(session.key.id)")
    }
  }
}
