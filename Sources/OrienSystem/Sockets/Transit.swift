import CLinux
import Glibc

/// A pipe by which bytes go from one socket to another without being copied: the pages that they
/// came in change hands.
package final class Transit {
  private let pipe: Pipe
  /// What is in the pipe, taken from one socket and not yet by the other.
  package private(set) var heldBytes = 0

  /// As much as goes through in one step; more than what a socket is commonly given at once.
  private static let roomBytes = 256 << 10

  package init() throws(SystemError) {
    pipe = try Pipe()
    // A user may have only so much in pipes; one of the customary size does the same in more steps.
    _ = linux_fcntl(pipe.writer.raw, LINUX_F_SETPIPE_SZ, Int32(Self.roomBytes))
  }

  /// Takes what is there. To be called while it holds nothing: only then does `nothing` mean that the
  /// socket has none.
  package func take(from socket: borrowing Socket) -> Socket.Received {
    precondition(heldBytes == 0, "what is in the pipe goes first")
    while true {
      let count = linux_splice(socket.descriptor.raw, pipe.writer.raw, Self.roomBytes)
      if count > 0 {
        heldBytes = count
        return .bytes(count)
      }
      if count == 0 { return .end }
      if errno == EAGAIN { return .nothing }
      if errno != EINTR { return .broken }
    }
  }

  /// Gives the socket what it takes now, and says how much that is; nil where the connection is gone.
  package func give(to socket: borrowing Socket) -> Int? {
    var given = 0
    while heldBytes > 0 {
      let count = linux_splice(pipe.reader.raw, socket.descriptor.raw, heldBytes)
      if count > 0 {
        heldBytes -= count
        given += count
      } else if count < 0, errno == EAGAIN {
        break
      } else if count == 0 || errno != EINTR {
        return nil
      }
    }
    return given
  }
}
