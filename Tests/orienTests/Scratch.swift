import Glibc

/// A folder for one test, removed with what is in it.
final class Scratch {
  let path: String

  init() {
    var template = Array("/tmp/orien-command-XXXXXX".utf8CString)
    path = String(cString: mkdtemp(&template))
  }

  deinit {
    for name in names { unlink(path + "/" + name) }
    for folder in folders.reversed() { rmdir(path + "/" + folder) }
    rmdir(path)
  }

  private var names: [String] = []
  private var folders: [String] = []

  /// Makes a folder, after those that it stands in.
  func makeFolder(_ name: String, in parents: String...) -> String {
    for parent in parents { _ = makeFolder(parent) }
    folders.append(name)
    precondition(mkdir(path + "/" + name, 0o700) == 0, "a test may write to its folder")
    return path + "/" + name
  }

  /// Removes at the end what somebody else has made.
  func adopt(_ name: String) { names.append(name) }

  func adoptFolder(_ name: String) { folders.append(name) }

  func remove(_ name: String) { unlink(path + "/" + name) }

  func link(_ name: String, to target: String) {
    names.append(name)
    precondition(symlink(target, path + "/" + name) == 0, "a test may write to its folder")
  }

  /// Writes a file and gives its path.
  func write(_ name: String, _ text: String, mode: mode_t = 0o600) -> String {
    names.append(name)
    let file = path + "/" + name
    let descriptor = creat(file, mode)
    precondition(descriptor >= 0, "a test may write to its folder")
    precondition(Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count)
    fchmod(descriptor, mode)
    close(descriptor)
    return file
  }
}
