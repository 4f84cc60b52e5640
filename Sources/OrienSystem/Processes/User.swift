import CLinux
import Glibc
import Synchronization

/// Who this process acts as.
package enum User {
  /// The user id that files it makes belong to.
  package static var current: UInt32 { geteuid() }

  /// What the machine calls him, else his number. Asks the machine's list of users.
  package static var currentName: String {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var room = [CChar](repeating: 0, count: 1 << 16)
    guard getpwuid_r(current, &entry, &room, room.count, &found) == 0, let found,
      let name = found.pointee.pw_name
    else { return "\(current)" }
    return String(cString: name)
  }

  /// Whose the node is for which this process, which is root, does something: 32 bits each of user
  /// and group, 0 where that is nobody else.
  private static let other = Atomic<UInt64>(0)

  /// From now on his folders are trusted as if they were root's own, and what is made in one of them
  /// is his. Of no effect for who is not root.
  package static func serve(_ account: UserAccount) {
    guard current == 0 else { return }
    other.store(UInt64(account.group) << 32 | UInt64(account.id), ordering: .relaxed)
  }

  /// Whether who has it may change what this process relies on.
  package static func trusts(_ owner: UInt32) -> Bool {
    owner == 0 || owner == current || (current == 0 && owner == served?.id)
  }

  /// Whom this process, as root, does things for.
  static var served: (id: UInt32, group: UInt32)? {
    let both = other.load(ordering: .relaxed)
    return both == 0 ? nil : (UInt32(truncatingIfNeeded: both), UInt32(both >> 32))
  }
}

extension Descriptor {
  /// Gives what was made in the folder `parent` to who has that, where this process is root and does it
  /// for him.
  borrowing func hand(toOwnerOf parent: Int32) throws(SystemError) {
    guard let served = User.served, User.current == 0 else { return }
    var status = stat()
    try retrying("fstat") { fstat(parent, &status) }
    guard status.st_uid == served.id else { return }
    let raw = self.raw
    try retrying("fchown") { fchown(raw, served.id, served.group) }
  }
}
