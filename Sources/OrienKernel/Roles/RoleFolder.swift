package import OrienModel
import OrienSystem

/// The roles' pages, as the node has them beside its program: the same files that the author of a
/// backend reads, and checks it by.
package enum RoleFolder {
  private static let mostPages = 256
  private static let mostBytes = 256 << 10

  /// The pages in a folder, in the order of their roles. A page that cannot be read is a failure, for
  /// without it a backend would be held to nothing. Blocks.
  package static func pages(in path: String) throws(Failure) -> [RolePage] {
    let folder = try Folder(at: path)
    var pages: [RolePage] = []
    for name in try folder.names(atMost: mostPages) where name.text.hasSuffix(".json") {
      do throws(Failure) {
        let page = try RolePage(parsing: bytes(of: name, in: folder))
        guard page.fileName == name.text else {
          throw Failure(
            .invalid, "bad-role-page", "page.role: the page of \(page.id) is \(page.fileName)")
        }
        pages.append(page)
      } catch {
        throw Failure(error.code, error.reason, "\(path)/\(name.text): \(error.message)")
      }
    }
    return pages.sorted { $0.id < $1.id }
  }

  private static func bytes(of name: FolderPath, in folder: Folder) throws(Failure) -> [UInt8] {
    let file = try folder.file(name)
    let (status, bytes): (FileStatus, [UInt8])
    do throws(SystemError) {
      (status, bytes) = (try file.status(), try file.readAll(atMost: mostBytes + 1))
    } catch {
      throw error.failure("reading it")
    }
    guard status.mode & 0o022 == 0, status.owner == 0 || status.owner == User.current else {
      throw Failure(
        .denied, "untrusted-file",
        "expected a page of root's or user \(User.current)'s that others may not write to")
    }
    return bytes
  }
}
