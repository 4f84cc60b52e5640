import OrienModel
import OrienSystem

extension Folder {
  /// What the control groups of the node on this state folder are called: its own on this machine,
  /// and the same at every start. A jail beside its first has a name of its own by `part`.
  func groupName(of part: String = "") throws(Failure) -> String {
    let status: FileStatus
    do { status = try self.status() } catch { throw error.failure(path) }
    let salt = part.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) } << 20
    let mixed = (status.inode ^ status.device << 40 ^ salt) &* 0x9E37_79B9_7F4A_7C15
    var name = "orien-"
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      name.appendHex(UInt8(truncatingIfNeeded: mixed >> shift))
    }
    return name
  }
}
