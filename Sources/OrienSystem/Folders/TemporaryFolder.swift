import CLinux
import Glibc
package import OrienModel

/// A folder for a moment's use beside what somebody else keeps there, under a name that nobody has.
package final class TemporaryFolder {
  package let folder: Folder
  private let parent: Folder
  private let name: FolderPath

  /// Makes `orien-` and six more characters in the folder at the absolute path `parent`, which may
  /// be one that everybody writes to.
  package init(in parent: String) throws(Failure) {
    do throws(SystemError) {
      let raw = try retrying("open") {
        linux_openat(AT_FDCWD, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
      }
      self.parent = Folder(Descriptor(owning: raw), path: parent)
    } catch {
      throw error.failure("opening \(parent)")
    }
    var template = Array((parent + "/orien-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else {
      throw SystemError.last("mkdtemp").failure("making a folder in \(parent)")
    }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    do throws(Failure) {
      name = try FolderPath(String(path.split(separator: "/").last ?? ""))
      folder = try Folder(at: path)
    } catch {
      // What is not to be trusted is not left behind either.
      rmdir(path)
      throw error
    }
  }

  /// Makes it `account`'s, where this process is root.
  package func hand(to account: UserAccount) throws(Failure) { _ = try folder.hand(to: account) }

  /// Removes it with whatever is in it.
  package func remove() throws(Failure) {
    while !(try parent.removeTree(name, entries: 10_000)) {}
  }
}
