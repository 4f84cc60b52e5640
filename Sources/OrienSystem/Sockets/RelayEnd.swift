/// One of the two sockets of a connection that is passed on, and what is waited for on it. Belongs
/// to the loop's thread.
package final class RelayEnd {
  package let socket: Socket
  private var watch: Watch?
  /// Both directions are shut, or it is broken: what came can be read, and nothing can be sent. It
  /// would say so all the time, and is watched no more.
  package private(set) var isHungUp = false

  /// Waits for nothing at first, but where it is to hear when it can write.
  package init(
    _ socket: consuming Socket, loop: Loop, awaitsWriting: Bool = false,
    _ body: @escaping (Readiness) -> Void
  ) throws(SystemError) {
    self.socket = socket
    watch = try loop.watch(self.socket.descriptor.raw, awaitsWriting ? .write : []) { body($0) }
  }

  // The socket closes next.
  deinit { watch?.cancelWithDescriptor() }

  package func want(read: Bool, write: Bool) {
    var interest: Readiness = read ? .read : []
    if write { interest.insert(.write) }
    watch?.change(to: interest)
  }

  package func hangUp() {
    isHungUp = true
    watch?.cancel()
    watch = nil
  }
}
