import COrienJail
package import OrienModel
import OrienSystem

/// The users that programs run as where the node is root: one for each that runs at a time, and no
/// other node's of this machine. Two nodes that shared them would let one's programs count against
/// the other's, and see what they have left.
///
/// Nodes keep out of each other's way by locks in a folder of the machine's, one for each block of
/// so many users; the kernel takes them back when a node ends, however it ends.
package final class SlotUsers: Sendable {
  /// That a node takes.
  package static let count = UInt32(ORIEN_JAIL_USERS)
  /// Where those begin that nobody has to choose.
  package static let usual = UInt32(ORIEN_JAIL_FIRST_USER)
  /// Nodes of one machine whose operator has not given each its users.
  private static let triesAtMost: UInt32 = 256
  package static let folder = "/run/orien"

  package let first: UInt32
  private let locks: [FileLock]

  private init(first: UInt32, locks: [FileLock]) {
    self.first = first
    self.locks = locks
  }

  /// Takes the users from `wish` on; nil: the first that no other node has. A failure `conflict`
  /// names who has them.
  package static func take(
    _ wish: UInt32?, lockingIn folder: String = folder
  ) throws(Failure) -> SlotUsers {
    let folder = try Folder(at: folder, creating: true)
    var first = wish ?? usual
    while true {
      do throws(Failure) {
        return SlotUsers(first: first, locks: try lock(first, in: folder))
      } catch {
        guard error.code == .conflict else { throw error }
        guard wish == nil, first < usual + (triesAtMost - 1) * count else {
          throw Failure(
            .conflict, "users-in-use",
            """
            users \(first) to \(first + count - 1) are another node's of this machine \
            (\(error.message)): give each node its own by JAIL_UIDS
            """)
        }
        first += count
      }
    }
  }

  /// A range that begins within a block takes two.
  private static func lock(_ first: UInt32, in folder: Folder) throws(Failure) -> [FileLock] {
    let ends = [first, first + count - 1].map { user in
      let offset = Int64(user) - Int64(usual)
      let size = Int64(count)
      return Int64(usual) + (offset >= 0 ? offset / size : (offset - size + 1) / size) * size
    }
    var locks: [FileLock] = []
    for block in ends[0] == ends[1] ? [ends[0]] : ends {
      locks.append(try FileLock(FolderPath("users-\(block)"), in: folder))
    }
    return locks
  }
}
