package import OrienModel

/// What one running call asks of the node; the kernel implements it, tests fake it.
///
/// Every member may be called from any thread, several at once. Those marked so may block. None is
/// called on the loop, but for what a quick call in a worker says in one go with its return: that is
/// emitted, metered and ended there, less than 64 KiB in all, for which no host keeps anybody waiting.
///
/// Nothing that a plugin begins after its handler returned comes here; but a thread of its own that
/// began before may still be underway when `done` is called, and arrive after it. The host bears
/// that: it lives as long as such a thread, keeps none waiting for what will not come, and lets
/// nothing of it change an execution that is over.
package protocol CallHost: AnyObject, Sendable {
  /// Appends to a stream: `limited` past the granted bytes, `cancelled` to stop. The bytes are
  /// valid until this returns. May block, where the disk is behind.
  func emit(_ stream: OutputStream, _ bytes: UnsafeRawBufferPointer) -> CallStatus

  /// Adds to the bill. `unit` is one that the handler declares.
  func meter(_ unit: String, _ amount: UInt64) -> CallStatus

  /// How something that the node cannot see ended: the call's exit, and billed.
  func ended(_ exit: ProcessExit, _ usage: Usage?) -> CallStatus

  /// The result is no longer wanted.
  var isCancelled: Bool { get }

  /// Polls readable once `isCancelled`; -1 where there is none to be had. It stays the host's and
  /// open for as long as the host lives.
  func cancelDescriptor() -> Int32

  /// Runs a command under the call's limits and blocks until it ended. Its streams join the
  /// call's, or are returned where `captureBytes` is set, that many bytes of each.
  func run(_ command: Command, captureBytes: UInt64?) throws(Failure) -> RunResult

  /// Opens a regular file of the workspace; the caller closes the descriptor. May block.
  func openFile(_ path: String, _ mode: FileMode) throws(Failure) -> Int32

  /// Does what is asked about places of the machine's, and answers with the place's path where it is
  /// about one. May block.
  func place(_ request: PlaceRequest) throws(Failure) -> String
}

/// What a handler asks about places at which its plugin's daemon waits for a workspace.
package enum PlaceRequest: Sendable, Equatable {
  /// Of a path of one.
  package static let pathBytes = 4096
  package static let mostKept = 1024
  static let keptBytes = 1 << 20

  case make
  /// Shows the call's workspace at the path.
  case show(String, readsOnly: Bool)
  case clear(keeping: [String])
}

/// For what a handler opens a file of its workspace. The numbers are the ABI's.
package enum FileMode: UInt32, Sendable {
  case read = 0
  /// Made, or emptied.
  case replace
  case append
}
