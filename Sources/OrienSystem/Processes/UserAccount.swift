import CLinux
import Glibc

/// A user as the machine's list of users has him.
package struct UserAccount: Sendable, Equatable {
  package let name: String
  package let id: UInt32
  package let group: UInt32
  /// What he is in beside that group.
  package let groups: [UInt32]

  /// Nil where there is nobody of that name.
  package init?(named name: String) throws(SystemError) {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var room = [CChar](repeating: 0, count: 1 << 16)
    let number = getpwnam_r(name, &entry, &room, room.count, &found)
    guard number == 0 || number == ENOENT else { throw SystemError("getpwnam_r", number) }
    guard found != nil else { return nil }
    self.name = name
    id = entry.pw_uid
    group = entry.pw_gid
    groups = Self.groups(of: name, beside: entry.pw_gid)
  }

  private static func groups(of name: String, beside group: gid_t) -> [UInt32] {
    var groups = [gid_t](repeating: 0, count: 1024)
    var count = Int32(groups.count)
    guard getgrouplist(name, group, &groups, &count) >= 0 else { return [] }
    return groups.prefix(Int(count)).filter { $0 != group }
  }

  /// This process is him from now on and for good, in no group but his own and without any
  /// privilege. To be called before there is a second thread. Where it fails the process is
  /// neither root nor him, and must end.
  package func become() throws(SystemError) {
    if let step = linux_give_up_root(id, group) { throw .last(String(cString: step)) }
  }
}
