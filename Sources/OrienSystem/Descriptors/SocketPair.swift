import CLinux
import Glibc

/// The two ends of a new stream socket between processes of this machine. `near` never blocks;
/// `far`, which another process gets, does.
package struct SocketPair: ~Copyable {
  package var near: Descriptor
  package var far: Descriptor

  package init() throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    try retrying("socketpair") { socketpair(AF_UNIX, kind, 0, &ends) }
    let near = Descriptor(owning: ends[0])
    let far = Descriptor(owning: ends[1])
    try near.makeNonBlocking()
    self.near = near
    self.far = far
  }

  /// Gives both ends up to whoever takes the numbers; they are not closed.
  package consuming func release() -> (near: Int32, far: Int32) {
    (near.release(), far.release())
  }
}
