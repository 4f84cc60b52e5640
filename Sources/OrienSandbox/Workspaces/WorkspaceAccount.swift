import OrienModel
import Synchronization

/// How full a workspace is, and with it how full all of them are. Any thread may ask and add.
///
/// What is on its way is *reserved* before a byte of it is written, so that two uploads never
/// share the last free byte.
package final class WorkspaceAccount: Sendable {
  package let limit: DiskUsage
  private let total: WorkspacesTotal
  private let state = Mutex(State())

  private struct State {
    var used = DiskUsage()
    var reserved = DiskUsage()
    /// What was added while a measurement ran, which may have passed by its place.
    var added = DiskUsage()
    /// What was there when it began.
    var usedBefore = DiskUsage()
    /// What an image takes of the disk, which is more where files were removed, and less where
    /// their bytes are still on their way.
    var occupied: UInt64 = 0
    var isClosed = false

    var counted: UInt64 {
      isClosed ? 0 : max(used.bytes, occupied).saturatingAdd(reserved.bytes)
    }
  }

  init(limit: DiskUsage, total: WorkspacesTotal) {
    self.limit = limit
    self.total = total
  }

  package var used: DiskUsage { state.withLock { $0.used } }

  func reserve(_ more: DiskUsage) throws(Failure) {
    try change { state throws(Failure) in
      try requireRoom(for: more, in: state)
      state.reserved = state.reserved + more
    }
  }

  /// Fails where so much more would not fit now.
  func requireRoom(for more: DiskUsage) throws(Failure) {
    try state.withLock { state throws(Failure) in try requireRoom(for: more, in: state) }
  }

  private func requireRoom(for more: DiskUsage, in state: State) throws(Failure) {
    if state.isClosed { throw Self.removed }
    guard !(state.used + state.reserved + more).exceeds(limit) else { throw full }
    try total.requireRoom(for: more.bytes)
  }

  func release(_ reserved: DiskUsage) {
    change { $0.reserved = $0.reserved - reserved }
  }

  /// What was reserved has come to lie in the workspace, in place of what lay there.
  func settle(reserved: DiskUsage, stored: DiskUsage, replaced: DiskUsage) {
    change {
      $0.reserved = $0.reserved - reserved
      $0.used = $0.used + stored - replaced
      $0.added = $0.added + stored
    }
  }

  func subtract(_ removed: DiskUsage) { change { $0.used = $0.used - removed } }

  /// To be called before a measurement begins, one at a time.
  func willMeasure() {
    state.withLock {
      $0.added = DiskUsage()
      $0.usedBefore = $0.used
    }
  }

  /// Takes what a measurement found, and answers whether that is more than the node itself put
  /// there: then programs have written.
  @discardableResult
  func measured(_ usage: DiskUsage, occupied: UInt64 = 0) -> Bool {
    change {
      $0.occupied = occupied
      let hasGrown = usage.bytes > ($0.usedBefore + $0.added).bytes
      $0.used = usage + $0.added
      $0.added = DiskUsage()
      return hasGrown
    }
  }

  /// What an image takes that nobody has opened.
  func occupies(_ bytes: UInt64) { change { $0.occupied = bytes } }

  /// What programs may still write that are not held to less.
  var left: UInt64 { state.withLock { limit.bytes - min(limit.bytes, $0.counted) } }

  /// The workspace is going: nothing more is let in, and it counts for nothing.
  func close() { change { $0.isClosed = true } }

  func requireOpen() throws(Failure) {
    if state.withLock({ $0.isClosed }) { throw Self.removed }
  }

  private func change<Value: Sendable, Trouble: Error>(
    _ body: (inout State) throws(Trouble) -> Value
  ) throws(Trouble) -> Value {
    try state.withLock { state throws(Trouble) in
      let before = state.counted
      defer { total.change(from: before, to: state.counted) }
      return try body(&state)
    }
  }

  static let removed = Failure(
    .conflict, "workspace-removed", "the workspace was removed meanwhile; begin again")

  private var full: Failure {
    Failure(
      .full, "workspace-full",
      "the workspace may hold \(limit.bytes) bytes in \(limit.files) files; delete some, or raise "
        + "WORKSPACE_BYTES or WORKSPACE_FILES")
  }
}
