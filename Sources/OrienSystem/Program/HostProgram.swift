import CLinux
import Glibc
package import OrienModel

/// A program of the machine's that somebody is to be let run.
package enum HostProgram {
  /// Refuses, as `untrusted-program`, one that others than root and this user may change, or that is
  /// reached by a folder of which that is true, or by a link: what runs is then not what was named.
  package static func check(_ path: String) throws(Failure) {
    guard let slash = path.lastIndex(of: "/"), path.hasPrefix("/") else {
      throw untrusted("\(path): expected an absolute path")
    }
    let parent = path[..<slash]
    let status: FileStatus
    do throws(Failure) {
      let folder = try Folder(at: parent.isEmpty ? "/" : String(parent))
      let name = try FolderPath(String(path[path.index(after: slash)...]))
      do throws(SystemError) {
        status = try folder.status(of: name)
      } catch {
        throw error.failure(path)
      }
    } catch {
      throw Failure(error.code, "untrusted-program", error.message)
    }
    if status.kind == .link {
      let target = HostFile.resolved(path).map { "; it leads to \($0)" } ?? ""
      throw untrusted("\(path): is a link\(target)")
    }
    guard status.kind == .regular, status.mode & 0o111 != 0 else {
      throw untrusted("\(path): is no program")
    }
    guard status.owner == 0 || status.owner == geteuid(), status.mode & 0o022 == 0 else {
      throw untrusted(
        "\(path): others may write to it (user \(status.owner), mode "
          + "\(String(status.mode, radix: 8)))")
    }
  }

  private static func untrusted(_ message: String) -> Failure {
    Failure(.denied, "untrusted-program", message)
  }
}
