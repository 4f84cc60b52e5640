import CLinux
import Glibc
package import OrienModel

/// Everything beneath a folder, one entry after the other, however deep, with a bounded number of
/// descriptors and no recursion. It follows no link, enters no mount, and takes a tree that others
/// change while it is walked as it finds it: what is gone is passed over.
///
/// Belongs to one thread, and blocks for the disk.
package final class FolderWalk {
  package struct Entry {
    package var name: FolderPath
    package var status: FileStatus
  }

  /// A folder on the way from the top to where the walk is.
  private struct Step {
    var name: FolderPath?
    /// Nil at the top, and where it is longer than a path may be.
    var path: FolderPath?
    /// Nil where it was closed to save descriptors; it is found again by the names above it.
    var folder: Folder?
    var subfolders: [FolderPath] = []
  }

  private let top: Folder
  private var steps: [Step]
  /// The names of the last step, while they are being read.
  private var reading: Reading?
  private let maximumOpen = 32
  private let maximumDepth: Int
  /// There are folders deeper than it was to go.
  package private(set) var isCut = false

  private final class Reading {
    var names: FolderNames
    init(_ names: consuming FolderNames) { self.names = names }
  }

  package init(_ top: Folder, maximumDepth: Int = .max) throws(Failure) {
    self.top = top
    self.maximumDepth = maximumDepth
    steps = [Step(folder: top)]
    do { reading = Reading(try FolderNames(of: top)) } catch {
      throw error.failure("reading \(top.path)")
    }
  }

  /// How many folders below the top the walk is.
  package var depth: Int { steps.count - 1 }

  /// The path of `name` where the walk is; nil where it is longer than a path may be.
  package func path(of name: FolderPath) -> FolderPath? {
    guard depth > 0, let step = steps.last else { return name }
    return step.path?.appending(name)
  }

  /// The next entry; nil after the last. A folder comes before what is in it.
  package func next() throws(Failure) -> Entry? {
    do throws(SystemError) {
      while true {
        if let entry = try nextHere() { return entry }
        guard try descend() else { return nil }
      }
    } catch {
      throw error.failure("reading what is in \(top.path)")
    }
  }

  private func nextHere() throws(SystemError) -> Entry? {
    guard let reading, let folder = steps.last?.folder else { return nil }
    while let name = try reading.names.next() {
      guard let status = try existing({ () throws(SystemError) in try folder.status(of: name) })
      else { continue }
      if status.kind == .folder { steps[steps.count - 1].subfolders.append(name) }
      return Entry(name: name, status: status)
    }
    self.reading = nil
    return nil
  }

  /// Goes to the next folder that was not read yet; false where there is none.
  private func descend() throws(SystemError) -> Bool {
    while !steps.isEmpty {
      guard let name = steps[steps.count - 1].subfolders.popLast() else {
        steps.removeLast()
        continue
      }
      guard depth < maximumDepth else {
        isCut = true
        continue
      }
      guard let parent = try lastFolder(),
        let folder = try existing({ () throws(SystemError) in try parent.readableFolder(name) })
      else { continue }
      guard
        let names = try existing({ () throws(SystemError) in Reading(try FolderNames(of: folder)) })
      else { continue }
      steps.append(Step(name: name, path: path(of: name), folder: folder))
      reading = names
      // The top stays, which is not ours to close.
      let far = steps.count - 1 - maximumOpen
      if far > 0 { steps[far].folder = nil }
      return true
    }
    return false
  }

  private func lastFolder() throws(SystemError) -> Folder? {
    if let folder = steps[steps.count - 1].folder { return folder }
    var folder = top
    for index in steps.indices.dropFirst() {
      guard let name = steps[index].name,
        let next = try existing({ () throws(SystemError) in try folder.readableFolder(name) })
      else { return nil }
      folder = next
      // The way back up leads through these next: to find each anew would take the depth squared.
      if steps.count - index <= maximumOpen { steps[index].folder = folder }
    }
    return folder
  }

  /// Nil where the tree has changed since it was read, or a mount begins.
  private func existing<Value>(
    _ body: () throws(SystemError) -> Value
  ) throws(SystemError) -> Value? {
    do throws(SystemError) {
      return try body()
    } catch {
      switch error.number {
      case ENOENT, ENOTDIR, ELOOP, EXDEV, EAGAIN: return nil
      default: throw error
      }
    }
  }
}
