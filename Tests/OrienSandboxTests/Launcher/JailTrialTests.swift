import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

@Suite("A trial of the jail", .timeLimit(.minutes(2)))
struct JailTrialTests {
  private func outcome(_ rig: JailRig, in root: String) throws -> JailTrial.Outcome? {
    var outcome: JailTrial.Outcome?
    try JailTrial.run(in: Folder(at: root), by: rig.launcher) {
      outcome = $0
      rig.loop.stop()
    }
    try #require(rig.wait(30) { outcome != nil })
    return outcome
  }

  @Test("passes where programs start, and leaves nothing", arguments: ["auto", "user", "none"])
  func passes(walls: String) throws {
    let rig = try JailRig(walls: walls)
    defer { rig.close() }
    let root = try JailRig.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: root) }
    #expect(try outcome(rig, in: root) == .passed)
    #expect(try FileManager.default.contentsOfDirectory(atPath: root) == [])
    #expect(rig.launcher.capabilities?.obstacle == nil)
  }

  @Test(
    "finds a disk that cannot be lent to a user of a slot, whose level is none from then on",
    .enabled(if: geteuid() == 0, "only root can mount a disk"))
  func unlent() throws {
    let rig = try JailRig()
    defer { rig.close() }
    try #require(rig.wait(30) { rig.launcher.isUp })
    let root = try JailRig.makeFolder()
    // It takes no idmapped mount.
    try #require(mount("none", root, "ramfs", 0, "mode=700") == 0)
    defer {
      umount(root)
      try? FileManager.default.removeItem(atPath: root)
    }
    let found = try outcome(rig, in: root)
    guard case .obstacle(let failure) = found else {
      Issue.record("it found \(String(describing: found))")
      return
    }
    #expect(failure.code == .unavailable && failure.reason == "workspaces-not-lent")
    #expect(failure.message.contains(root) && failure.message.contains("WORKSPACE_ROOT"))
    rig.launcher.obstacle = failure
    #expect(rig.launcher.capabilities?.isolation == "none")
    #expect(rig.launcher.capabilities?.whyNotHigher == failure.message)
  }

  @Test(
    "tells what never works from what did not work this time",
    arguments: [
      (22, false, "obstacle"), (1, false, "obstacle"), (11, false, "unknown"),
      (12, false, "unknown"), (nil, false, "unknown"), (nil, true, "passed"),
    ] as [(Int32?, Bool, String)])
  func judged(number: Int32?, isRefusal: Bool, expected: String) {
    var end = JailEnd(
      failing: Failure(.unavailable, "jail-resources", "errno"), isRefusal: isRefusal)
    end.systemError = number
    let outcome = JailTrial.outcome(end, in: "/w", walls: .root)
    #expect("\(outcome)".hasPrefix(expected))
  }

  @Test(
    "The best level has no reason for not being higher, and each other has one",
    arguments: [
      (.root, .cgroup2, nil, "root-v2", false), (.root, .cgroup1, nil, "root-v1", true),
      (.root, .rlimit, nil, "root", true), (.user, .cgroup2, "not root", "user", true),
      (.none, .none, "a user namespace", "none", true),
    ] as [(JailCapabilities.Walls, Enforcement, String?, String, Bool)])
  func levels(
    _ walls: JailCapabilities.Walls, _ memory: Enforcement, _ why: String?, _ level: String,
    _ hasReason: Bool
  ) {
    let capabilities = JailCapabilities(
      enforcedBy: ["memoryBytes": memory], killsByGroup: true, metersByGroup: true,
      confinesSignals: true, walls: walls, whyNotMore: why)
    #expect(capabilities.isolation == level)
    #expect((capabilities.whyNotHigher != nil) == hasReason)
    if let why { #expect(capabilities.whyNotHigher == why) }
  }
}
