import Foundation
import OrienModel
import Testing

@testable import OrienSandbox

@Suite("The users of a node's programs")
struct SlotUsersTests {
  private let folder: String

  init() throws { folder = try JailRig.makeFolder() }

  private func take(_ wish: UInt32? = nil) throws(Failure) -> SlotUsers {
    try SlotUsers.take(wish, lockingIn: folder)
  }

  @Test("Nodes that nobody tells which take one range after the other, and a free one again")
  func ranges() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let first = try take()
    var second: SlotUsers? = try take()
    #expect(first.first == SlotUsers.usual)
    #expect(second?.first == SlotUsers.usual + SlotUsers.count)
    second = nil
    let third = try take()
    #expect(third.first == SlotUsers.usual + SlotUsers.count)
  }

  @Test(
    "Users that overlap another node's are refused, with who has them and what to set",
    arguments: [0, 1, 1023, -1, -1023])
  func clash(_ shift: Int) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let first = try take(70_000)
    let wish = UInt32(70_000 + shift)
    let failure = #expect(throws: Failure.self) { try SlotUsers.take(wish, lockingIn: folder) }
    #expect(failure?.code == .conflict && failure?.reason == "users-in-use")
    #expect(failure?.message.hasPrefix("users \(wish) to \(wish + 1023) are another") == true)
    #expect(failure?.message.contains("(pid \(getpid()))") == true)
    #expect(failure?.message.contains("JAIL_UIDS") == true)
    #expect(first.first == 70_000)
  }

  @Test("Users well apart are nobody else's, below the usual ones too")
  func apart() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let all = try [70_000, 70_000 + 4096, SlotUsers.usual].map { try take($0) }
    #expect(all.map(\.first) == [70_000, 74_096, SlotUsers.usual])
  }
}
