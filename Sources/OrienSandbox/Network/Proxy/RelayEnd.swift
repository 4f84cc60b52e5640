import OrienSystem

/// One of the two sockets of a connection, and what is waited for on it. Belongs to the loop's
/// thread.
final class RelayEnd {
  let socket: Socket
  private var watch: Watch?
  /// Both directions are shut, or it is broken: what came can be read, and nothing can be sent. It
  /// would say so all the time, and is watched no more.
  private(set) var isHungUp = false

  init(
    _ socket: consuming Socket, loop: Loop, _ body: @escaping (Readiness) -> Void
  ) throws(SystemError) {
    self.socket = socket
    watch = try loop.watch(self.socket.descriptor.raw, []) { body($0) }
  }

  // Before the socket closes, which it does next.
  deinit { watch?.cancel() }

  func want(read: Bool, write: Bool) {
    var interest: Readiness = read ? .read : []
    if write { interest.insert(.write) }
    watch?.change(to: interest)
  }

  func hangUp() {
    isHungUp = true
    watch?.cancel()
    watch = nil
  }
}
