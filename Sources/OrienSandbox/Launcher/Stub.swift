import OrienSystem

/// The stub that holds one process of the jail, by its pidfd: it ends when the last process of its
/// tree has. Belongs to the loop's thread.
final class Stub {
  private let handle: Descriptor
  private var watch: Watch?

  init(_ handle: consuming Descriptor) { self.handle = handle }

  deinit { watch?.cancel() }

  /// Calls `body` on the loop once it has ended.
  func whenGone(on loop: Loop, _ body: @escaping () -> Void) throws(SystemError) {
    watch = try loop.watch(handle.raw, .read) { [unowned self] _ in
      watch?.cancel()
      body()
    }
  }

  /// What it held is then the keeper's to kill.
  func kill() throws(SystemError) { try handle.killProcess() }
}
