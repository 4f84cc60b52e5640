import CLinux
import Glibc
package import OrienModel

extension Folder {
  /// Removes what has `name`, with all that is in it however deep, in slices of about `entries`
  /// entries: true once it is gone, false where there is more to do.
  ///
  /// A folder that is not empty is moved up into the top one before it is emptied, so that nothing
  /// here depends on depth: no recursion, no long paths, two descriptors. No link is followed, no
  /// mount entered; one in the way is a failure `busy`, after the rest was removed. Who still
  /// writes into the tree is outrun or makes it fail so.
  package func removeTree(_ name: FolderPath, entries: Int) throws(Failure) -> Bool {
    precondition(name.depth == 1, "a tree is removed from its parent")
    do throws(SystemError) {
      if try remove(name) { return true }
      let top = try usableFolder(name)
      var budget = entries
      var setback: SystemError?
      repeat {
        let pass = try top.removeEntries(budget: &budget)
        // Two passes that only failed will not be outdone by a third.
        let isStuck = pass.removed == 0 && pass.error != nil
        if isStuck, pass.isCut || setback != nil { throw pass.error ?? SystemError("rmdir", EBUSY) }
        if pass.isCut { return false }
        setback = isStuck ? pass.error : nil
      } while !(try remove(name))
      return true
    } catch {
      if error.number == ENOENT { return true }
      throw Failure(.conflict, "busy", "removing \(path)/\(name): \(error)")
    }
  }

  private struct Pass {
    var removed = 0
    var isCut = false
    var error: SystemError?
  }

  private func removeEntries(budget: inout Int) throws(SystemError) -> Pass {
    var pass = Pass()
    var names = try FolderNames(of: self)
    while let name = try names.next() {
      guard budget > 0 else {
        pass.isCut = true
        break
      }
      do throws(SystemError) {
        if try !remove(name) { try flatten(name, budget: &budget) }
        pass.removed += 1
      } catch {
        // What is another thing now than a moment ago is seen to in the next pass.
        if ![ENOENT, ENOTDIR, ELOOP].contains(error.number) { pass.error = error }
      }
      budget -= 1
    }
    return pass
  }

  /// Removes a file or an empty folder; false where it is a folder with something in it.
  private func remove(_ name: FolderPath) throws(SystemError) -> Bool {
    if unlinkat(raw, name.cString, 0) == 0 || errno == ENOENT { return true }
    guard errno == EISDIR else { throw .last("unlinkat") }
    if unlinkat(raw, name.cString, AT_REMOVEDIR) == 0 || errno == ENOENT { return true }
    guard errno == ENOTEMPTY || errno == EEXIST else { throw .last("rmdir") }
    return false
  }

  /// Empties a folder in this one: files go, folders move up beside it.
  private func flatten(_ name: FolderPath, budget: inout Int) throws(SystemError) {
    let folder = try usableFolder(name)
    var names = try FolderNames(of: folder)
    while budget > 0, let inner = try names.next() {
      budget -= 1
      if try folder.remove(inner) { continue }
      // A folder that changes its parent is written to: its `..` does.
      _ = try folder.usableFolder(inner)
      let passing = FolderPath.random()
      try retrying("renameat2") {
        linux_renameat2(
          folder.raw, inner.cString, raw, passing.cString, LINUX_RENAME_NOREPLACE)
      }
    }
    if budget > 0 { _ = try remove(name) }
  }
}
