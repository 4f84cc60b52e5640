import COrienJail
package import OrienModel
import OrienSystem

// What is read of them without asking anybody. What is there was written before anything ran, so that
// nothing runs that this does not find.
extension Lasting {
  private static let record: FolderPath = "record"
  private static let output = FolderPath(stringLiteral: ORIEN_JAIL_OUTPUT)
  private static let oldOutput = FolderPath(stringLiteral: ORIEN_JAIL_OLD_OUTPUT)
  private static let outputBytes = Int(ORIEN_JAIL_OUTPUT_BYTES)

  /// The names of an owner's, in byte order, also of those that have ended.
  package func names(of owner: String) throws(Failure) -> [LastingName] {
    guard let all = try folder(), let own = try Self.folder(owner, in: all) else { return [] }
    var names: [LastingName] = []
    for entry in try own.names() {
      guard let name = LastingName(entry.text), let folder = try Self.folder(entry.text, in: own),
        try folder.has(Self.record)
      else { continue }
      names.append(name)
    }
    return names.sorted()
  }

  /// All of whomever, in order.
  package func all() throws(Failure) -> [Key] {
    guard let folder = try folder() else { return [] }
    var keys: [Key] = []
    for owner in try folder.names().sorted() {
      keys += try names(of: owner.text).map { Key($0, of: owner.text) }
    }
    return keys
  }

  /// The last that it wrote; nil where there is none of that name.
  package func output(_ key: Key) throws(Failure) -> [UInt8]? {
    guard let all = try folder(), let own = try Self.folder(key.owner, in: all),
      let folder = try Self.folder(key.name.text, in: own), try folder.has(Self.record)
    else { return nil }
    // The newer half may become the older one between two looks.
    for _ in 0..<16 {
      let before = try Self.status(of: Self.output, in: folder)
      let halves = try [Self.oldOutput, Self.output].map { name throws(Failure) in
        try folder.contents(of: name, atMost: Self.outputBytes) ?? []
      }
      if try Self.status(of: Self.output, in: folder) == before {
        return Array(halves.joined().suffix(Self.outputBytes))
      }
    }
    throw Failure(.unavailable, "busy", "\(key.name.text) writes faster than it can be read")
  }

  private static func status(of name: FolderPath, in folder: Folder) throws(Failure) -> UInt64? {
    do throws(SystemError) { return try folder.statusIfAny(of: name)?.inode } catch {
      throw error.failure(name.text)
    }
  }

  /// Nil where it is not there, or no more.
  private static func folder(_ name: String, in parent: Folder) throws(Failure) -> Folder? {
    let path = try FolderPath(name)
    do throws(SystemError) {
      guard try parent.statusIfAny(of: path)?.kind == .folder else { return nil }
      return try parent.folder(path)
    } catch {
      let failure = error.failure(name)
      if failure.code == .notFound { return nil }
      throw failure
    }
  }
}
