import Foundation
import OrienTestKit
import Testing

@Suite("Payments: whatever chain, backends, tenants and crashes do")
struct PaymentSimulationTests {
  /// More of them are for those who have the time.
  private static let steps =
    ProcessInfo.processInfo.environment["ORIEN_SIMULATION_STEPS"].flatMap { Int($0) }

  /// Where all of the tests run, always the same: what is found by chance is for those with the time.
  private static var seeds: [UInt64] {
    steps == nil ? [1, 2] : [1, 2, 3, 4] + Seed.some().dropFirst()
  }

  @Test(
    """
    Nothing runs unpaid beyond its bound or ends for what nobody knew, no stream pays twice, and all \
    that was earned is collected once
    """, arguments: seeds)
  func sound(_ seed: UInt64) throws {
    let steps = Self.steps ?? 250
    let world = try PaymentWorld(seed: seed)
    do {
      try world.run(steps: steps)
    } catch {
      Issue.record("seed \(seed): \(error)\n\(world.trail.joined(separator: "\n"))")
    }
  }

  @Test("Each hole that others have is found", arguments: PaymentHole.allCases)
  func found(_ hole: PaymentHole) throws {
    let seed = Self.steps == nil ? 1 : UInt64.random(in: 1 ... .max)
    let world = try PaymentWorld(seed: seed, hole)
    do {
      try world.run(steps: 5000)
      Issue.record("\(hole.rawValue) is not found by seed \(seed)")
    } catch let violation as Violation {
      print("\(hole.rawValue) by seed \(seed), after \(world.taken) steps: \(violation)")
      #expect(hole.broken.contains(violation.invariant), "seed \(seed): \(violation)")
    }
  }
}
