import OrienLedger
import OrienModel
import OrienTestKit
import Testing

@testable import OrienNode

@Suite("Collections: what a node that died has left")
struct SurvivingCollectionTests {
  @Test("A node that dies at any step of a collection leaves what the next one makes one of")
  func everyStep() throws {
    for step in 0..<16 {
      let engine = Collecting.engine()
      let first = try Collecting(Scratch(), engine)
      try first.begin()
      let claim = try first.rent()
      engine.steps = 0
      engine.diesAt = step
      try? first.wait()
      if !engine.isDead { try first.pass(blocks: 1) }
      if !engine.isDead { try first.pass(blocks: 3) }
      let left = try first.die()
      let died = engine.isDead
      engine.diesAt = nil
      let second = try Collecting(left, engine)
      try second.begin()
      try second.pass(blocks: 4, each: 61)
      try second.wait(1)
      try second.pass(blocks: 4, each: 61)
      #expect(second.effective.count == 1, "step \(step)")
      #expect(second.collected(claim) == second.withdrawn(claim), "step \(step)")
      #expect(!second.collected(claim).isZero, "step \(step)")
      let states = try second.listed().map(\.state)
      #expect(states.filter { $0 == .confirmed }.count == 1, "step \(step)")
      #expect(states.allSatisfy { $0 == .confirmed || $0 == .abandoned }, "step \(step)")
      if step < 10 { #expect(died, "step \(step)") }
    }
  }

  @Test(
    "What somebody asked for and was not signed is planned again, also where nothing is by itself")
  func manual() throws {
    for step in 0..<14 {
      let engine = Collecting.engine()
      let first = try Collecting(Scratch(), engine) { $0.isEnabled = false }
      try first.begin()
      let claim = try first.rent()
      try first.wait()
      engine.steps = 0
      engine.diesAt = step
      first.collections.collect([claim]) { _ in }
      try first.look()
      let left = try first.die()
      engine.diesAt = nil
      let second = try Collecting(left, engine) { $0.isEnabled = false }
      let kept = second.ledger.recovered.collections
      try second.begin()
      try second.pass(blocks: 5, each: 61)
      #expect(second.effective.count == (kept.isEmpty ? 0 : 1), "step \(step)")
      #expect(second.collected(claim) == second.withdrawn(claim), "step \(step)")
    }
  }

  @Test("The interval of a stream, and how often it was refused, outlive the node")
  func history() throws {
    let engine = Collecting.engine()
    let first = try Collecting(Scratch(), engine)
    try first.begin()
    let claim = try first.rent()
    try first.wait()
    try first.pass(blocks: 3)
    let collected = first.collected(claim)
    let second = try Collecting(try first.die(), engine)
    try second.begin()
    #expect(second.collected(claim) == collected)
    try second.wait(600)
    #expect(try second.listed().count == 1)
    try second.wait(1300)
    #expect(try second.listed().count == 2)
  }

  @Test("What is out when the node dies is certain in the next one, whatever happens between")
  func away() throws {
    let engine = Collecting.engine()
    let first = try Collecting(Scratch(), engine)
    try first.begin()
    let claim = try first.rent()
    try first.wait()
    let left = try first.die()
    engine.chain.mine()
    engine.chain.reorganise(depth: 1, losing: { _ in true })
    let second = try Collecting(left, engine)
    try second.begin()
    try second.pass(blocks: 3)
    #expect(second.collected(claim) == second.withdrawn(claim))
    #expect(second.effective.count == 1)
    #expect(try second.listed().map(\.state) == [.confirmed])
  }
}
