import OrienModel
import Testing

@testable import OrienLedger

@Suite("Plugins' values")
struct StateTests {
  let rig: Rig
  init() throws { rig = try Rig() }

  @Test("A value is written over the revision that was named, and over no other")
  func compareAndSwap() throws {
    try rig.with { ledger in
      guard case .written(let first) = try ledger.putState("k", [1], over: 0, plugin: "p") else {
        Issue.record("a new key is written over nothing")
        return
      }
      #expect(try ledger.putState("k", [2], over: 0, plugin: "p") == .conflict(first))
      #expect(try ledger.putState("k", [2], over: first + 1, plugin: "p") == .conflict(first))
      #expect(try ledger.state("k", plugin: "p")?.value == [1])
      guard case .written(let second) = try ledger.putState("k", [3], over: first, plugin: "p")
      else {
        Issue.record("the revision is the one that is there")
        return
      }
      #expect(second > first)
      #expect(try ledger.state("k", plugin: "p")?.revision == second)
      #expect(try ledger.removeState("k", over: first, plugin: "p") == .conflict(second))
      #expect(try ledger.removeState("k", over: second, plugin: "p") == .written(0))
      #expect(try ledger.state("k", plugin: "p") == nil)
      #expect(try ledger.putState("k", [4], over: second, plugin: "p") == .conflict(0))
    }
  }

  @Test("No revision comes twice, whatever is removed and whenever the node starts anew")
  func revisions() throws {
    var seen: Set<UInt64> = []
    for _ in 0..<3 {
      try rig.with { ledger in
        for _ in 0..<5 {
          guard case .written(let revision) = try ledger.putState("k", [], over: nil, plugin: "p")
          else { continue }
          #expect(seen.insert(revision).inserted)
          _ = try ledger.removeState("k", over: nil, plugin: "p")
        }
      }
    }
    #expect(seen.count == 15)
  }

  @Test("A plugin sees its own values alone")
  func apart() throws {
    try rig.with { ledger in
      _ = try ledger.putState("k", [1], over: nil, plugin: "p")
      #expect(try ledger.state("k", plugin: "q") == nil)
      #expect(try ledger.stateKeys(prefix: "", after: nil, bytes: 1000, plugin: "q") == [])
      let failure = #expect(throws: Failure.self) {
        try ledger.removeState("k", over: nil, plugin: "q")
      }
      #expect(failure?.code == .notFound)
    }
  }

  @Test("Keys come in byte order, page by page, those with the prefix alone")
  func listing() throws {
    try rig.with { ledger in
      let keys = ["a", "a/1", "a/10", "a/2", "a/é", "a/\u{10FFFF}", "b", "A/1"]
      for key in keys { _ = try ledger.putState(key, [], over: nil, plugin: "p") }
      let expected = ["a/1", "a/10", "a/2", "a/é", "a/\u{10FFFF}"]
      func page(_ after: String?, _ bytes: Int) throws -> [String] {
        try ledger.stateKeys(prefix: "a/", after: after, bytes: bytes, plugin: "p")
      }
      #expect(try page(nil, 1000) == expected)
      #expect(try page(nil, 9) == ["a/1", "a/10"])
      #expect(try page("a/10", 1000) == Array(expected.dropFirst(2)))
      #expect(try page("a/10", 3) == [])
      #expect(try page("", 1000) == expected)
      #expect(try page("a/\u{10FFFF}", 1000) == [])
    }
  }

  @Test(
    "Keys and values beyond their bounds are refused",
    arguments: ["", String(repeating: "k", count: 256)])
  func bounds(_ key: String) throws {
    try rig.with { ledger in
      #expect(throws: Failure.self) { try ledger.putState(key, [], over: nil, plugin: "p") }
      let value = [UInt8](repeating: 0, count: 1 << 20)
      _ = try ledger.putState("k", value, over: nil, plugin: "p")
      #expect(try ledger.state("k", plugin: "p")?.value == value)
      let failure = #expect(throws: Failure.self) {
        try ledger.putState("k", value + [0], over: nil, plugin: "p")
      }
      #expect(failure?.code == .tooLarge)
    }
  }
}
