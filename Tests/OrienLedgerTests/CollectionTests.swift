import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

@Suite("Ledger: collections of what streams have paid")
struct CollectionTests {
  let rig: Rig

  init() throws { rig = try Rig() }

  private func collection(_ id: String, _ state: StreamCollection.State = .intended)
    -> StreamCollection
  {
    var collection = StreamCollection(
      stream: StreamName(chain: "1", contract: "0xbb", id: id), isManual: id == "2",
      collector: "0xf1", expected: UInt256(high: 7, low: 9), createdAt: Timestamp(microseconds: 5))
    collection.state = state
    return collection
  }

  private func whole(_ id: String) -> StreamCollection {
    var collection = collection(id, .included)
    collection.attempts = (0..<2).map { number in
      StreamCollection.Attempt(
        nonce: 3, gas: 80_000, maxFee: UInt256(UInt64(20 + number)), priorityFee: 1,
        transaction: "0x02aa0\(number)", hash: "0x0\(number)", signedAt: Timestamp(microseconds: 6))
    }
    collection.amount = UInt256(high: 1, low: 2)
    collection.cost = 880_000
    collection.block = 77
    collection.trouble = .init(reason: "underpriced", message: "the chain says so")
    return collection
  }

  @Test("What is kept is what is found, one of each stream at most being under way")
  func kept() throws {
    try rig.with { ledger in
      var first = whole("1")
      first.number = try ledger.begin(first)
      let refused = #expect(throws: Failure.self) { try ledger.begin(whole("1")) }
      #expect(refused?.reason == "under-way")
      _ = try ledger.begin(collection("2"))
      #expect(try ledger.list().map(\.stream.id) == ["2", "1"])
      #expect(try ledger.list(of: "1") == [first])
    }
    try rig.with { ledger in
      #expect(ledger.recovered.collections.map(\.stream.id) == ["1", "2"])
      var first = try #require(ledger.recovered.collections.first)
      #expect(first.attempts.map(\.hash) == ["0x00", "0x01"])
      first.state = .confirmed
      first.endedAt = .now
      try ledger.update(first)
      _ = try ledger.begin(collection("1"))
      let sums = try #require(try ledger.totals()[first.stream])
      #expect(sums.collected == first.amount && sums.cost == first.cost && sums.confirmed == 1)
    }
  }

  @Test("Those of streams that still pay are never forgotten, others when executions are")
  func forgotten() throws {
    rig.options.pruneEvery = .milliseconds(1)
    let old = Timestamp(microseconds: Timestamp.now.microseconds - 31 * 86_400_000_000)
    try rig.with { ledger in
      for id in ["1", "2", "3"] {
        var ended = collection(id, .confirmed)
        ended.number = try ledger.begin(ended)
        ended.endedAt = id == "3" ? .now : old
        if id == "1" {
          let claim = StreamClaim(
            stream: ended.stream, holder: .machine("web"), sender: "0xe1", rate: 1, claimedAt: old)
          let _: Int64 = try ledger.wait { ledger.begin(claim, then: $0) }
        }
        try ledger.update(ended)
      }
      while try ledger.list(of: "2") != [] {}
      #expect(try ledger.list().map(\.stream.id) == ["3", "1"])
    }
  }

  @Test("Those of one stream are found by its number, without a look at all others")
  func indexed() throws {
    try rig.with { _ in
      let plan = try Database(at: rig.file, .read).statement(
        """
        EXPLAIN QUERY PLAN SELECT number FROM collections
        WHERE \(StreamCollection.idColumn) = ? ORDER BY number DESC LIMIT 1
        """
      ).all({ $0.text("1") }) { row throws(DatabaseError) in row.text(3) }
      #expect(plan.count == 1 && plan[0].contains("SEARCH") && plan[0].contains("collections_id"))
    }
  }
}

extension Ledger {
  fileprivate func begin(_ collection: StreamCollection) throws(Failure) -> Int64 {
    try wait { begin(collection, then: $0) }
  }

  fileprivate func update(_ collection: StreamCollection) throws(Failure) {
    try wait { update(collection, then: $0) }
  }

  fileprivate func list(of stream: String? = nil) throws(Failure) -> [StreamCollection] {
    try wait { collections(ofStream: stream, atMost: 10, then: $0) }
  }

  fileprivate func totals() throws(Failure) -> [StreamName: CollectionTotals] {
    try wait { collectionTotals(then: $0) }
  }
}
