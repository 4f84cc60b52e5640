import CLinux
import Glibc
import OrienModel

/// Tells that something in a folder may have changed: a file that was written and closed, moved in
/// or out, removed, or whose mode was changed. Not what: whoever wants to know looks.
package final class FolderWatch: Sendable {
  private let descriptor: Descriptor

  /// The folder itself is watched, wherever its name leads later.
  package init(on path: String) throws(SystemError) {
    let watching = Descriptor(
      owning: try retrying("inotify_init1") { inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK)) })
    let raw = watching.raw
    let events =
      UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO) | UInt32(IN_MOVED_FROM) | UInt32(IN_DELETE)
      | UInt32(IN_ATTRIB) | UInt32(IN_ONLYDIR)
    try retrying("inotify_add_watch") { inotify_add_watch(raw, path, events) }
    descriptor = watching
  }

  /// Polls readable once there is something.
  package var raw: Int32 { descriptor.raw }

  /// Forgets what was told by now.
  package func silence() throws(SystemError) {
    var room = [UInt8](repeating: 0, count: 4096)
    let raw = descriptor.raw
    while true {
      let result = room.withUnsafeMutableBytes { bytes in
        Result { () throws(SystemError) in try Descriptor.read(raw, into: bytes) }
      }
      guard try result.get() != nil else { return }
    }
  }
}
