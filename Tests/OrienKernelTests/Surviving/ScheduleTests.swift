import Foundation
import OrienModel
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("Kernel: a random life")
struct ScheduleTests {
  @Test(
    "Whatever happens, each accepted call ends in one record and nothing is left of it",
    arguments: Seed.some())
  func life(seed: UInt64) throws {
    try World.with(
      [],
      {
        $0.policy.slots = 6
        $0.policy.queued = 12
        $0.policy.queuedPerOwner = 8
        $0.policy.recentBytes = 0
        $0.policy.maxima.outputBytes = 120_000
      }
    ) { world in
      let schedule = Schedule(world, seed: seed)
      try schedule.run(steps: 400)
      try schedule.check()
      // A thread of the disk may have said what it did and not yet let go of it.
      try world.wait { world.openFiles == [] }
    }
  }
}

extension World {
  /// What this process has open of workspaces and outputs.
  fileprivate var openFiles: [String] {
    let links = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return links.compactMap { link in
      try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + link)
    }.filter {
      $0.hasPrefix(scratch / "workspaces/") || $0.hasPrefix(scratch / "state/outputs/")
    }
  }
}
