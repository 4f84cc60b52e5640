import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

/// What a daemon of the machine's sees of a workspace that is an image.
@Suite(
  "Images that are lent", .timeLimit(.minutes(5)),
  .enabled(if: canMountImages, "images cannot be mounted here"))
struct ImageLendTests {
  private let user: UInt32 = 1_899_999_999

  private func share(
    _ lease: WorkspaceLease, with user: UInt32?, as name: String, _ rig: ImageRig
  ) throws -> SharedPlace? {
    try rig.answer { lease.share(with: user, as: name, then: $0) }.get()
  }

  private func owner(of path: String) throws -> UInt32? {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.ownerAccountID] as? NSNumber)?.uint32Value
  }

  private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  @Test("A workspace is its user's where it is lent, and the node's where it is not")
  func lends() throws {
    let rig = try ImageRig()
    defer { rig.close() }
    let workspace = try rig.open("s")
    try rig.put("kept", to: "x", in: workspace)
    let lease = try rig.workspaces.lease(workspace)
    let place = try #require(try share(lease, with: user, as: "exec-1", rig))
    #expect(place == SharedPlace(path: rig.root + "/.images/lent/exec-1", user: user))
    #expect(try owner(of: place.path) == user)
    #expect(try owner(of: place.path + "/x") == user)
    #expect(try rig.sh("stat -c %u x", in: workspace) != "\(user)\n")
    lease.end()
    #expect(rig.jail.wait { !exists(place.path) })
    #expect(try rig.files(in: workspace) == ["x"])
  }

  @Test("Nobody sees it for whom there is no user")
  func keeps() throws {
    let rig = try ImageRig()
    defer { rig.close() }
    let lease = try rig.workspaces.lease(rig.open("s"))
    defer { lease.end() }
    #expect(try share(lease, with: nil, as: "exec-1", rig) == nil)
    #expect(try FileManager.default.contentsOfDirectory(atPath: rig.root + "/.images/lent") == [])
  }

  @Test("Two calls have each their own, and one's end is not the other's")
  func shares() throws {
    let rig = try ImageRig()
    defer { rig.close() }
    let workspace = try rig.open("s")
    let leases = try (0..<2).map { _ in try rig.workspaces.lease(workspace) }
    let places = try (0..<2).map { number in
      try #require(
        try share(leases[number], with: user + UInt32(number), as: "exec-\(number)", rig))
    }
    #expect(try places.map { try owner(of: $0.path) } == [user, user + 1])
    leases[0].end()
    #expect(rig.jail.wait { !exists(places[0].path) })
    #expect(try owner(of: places[1].path) == user + 1)
    leases[1].end()
    #expect(rig.jail.wait { !exists(places[1].path) })
  }

  @Test("What was lent goes with the node, whatever of it is still under way")
  func ends() throws {
    var path = ""
    let rest = try ImageRig.past { rig in
      let lease = try rig.workspaces.lease(rig.open("s"))
      path = try #require(try share(lease, with: user, as: "exec-1", rig)).path
      #expect(exists(path))
    }
    #expect(!exists(path))
    try FileManager.default.removeItem(atPath: rest.state)
  }
}
