import Foundation
import OrienModel
import OrienSystem
import Testing

@Suite("A folder for a moment's use")
struct TemporaryFolderTests {
  private let parent: String

  init() throws {
    parent = FileManager.default.temporaryDirectory.path + "/orien-parent-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: false)
  }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: parent)
  }

  private func remove() throws { try FileManager.default.removeItem(atPath: parent) }

  @Test("It is this user's alone, and goes with what is in it")
  func whole() throws {
    let made = try TemporaryFolder(in: parent)
    #expect(try made.folder.status().mode == 0o700)
    #expect(try names().count == 1)
    try made.folder.make("inner")
    try made.remove()
    #expect(try names().isEmpty)
    try remove()
  }

  @Test("Where others may swap it none is left")
  func untrusted() throws {
    #expect(chmod(parent, 0o777) == 0)
    let failure = #expect(throws: Failure.self) { try TemporaryFolder(in: parent) }
    #expect(failure?.reason == "untrusted-path")
    #expect(try names().isEmpty)
    try remove()
    #expect(throws: Failure.self) { try TemporaryFolder(in: parent) }
  }

  @Test("Who holds a lock is told without its being taken")
  func holder() throws {
    let folder = try Folder(at: parent)
    #expect(try FileLock.holder(of: "lock", in: folder) == nil)
    #expect(try names().isEmpty)
    var lock: FileLock? = try FileLock("lock", in: folder)
    #expect(try FileLock.holder(of: "lock", in: folder) == getpid())
    withExtendedLifetime(lock) {}
    lock = nil
    #expect(try FileLock.holder(of: "lock", in: folder) == nil)
    try remove()
  }
}
