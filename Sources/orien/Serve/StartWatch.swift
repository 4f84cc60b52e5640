import OrienLedger
import OrienModel
import OrienSystem

/// Ends a start that its ledger holds up for too long, so that a node that does not listen says why.
/// Belongs to the loop.
final class StartWatch {
  private let ledger: Ledger
  private let loop: Loop
  private let fail: (Failure) -> Void
  private var timer: Timer?

  private static let patience = Duration.seconds(10)

  init(of ledger: Ledger, on loop: Loop, _ fail: @escaping (Failure) -> Void) {
    self.ledger = ledger
    self.loop = loop
    self.fail = fail
  }

  /// Has patience with the ledger from now on.
  func begin() {
    end()
    let earlier = ledger.gauges
    timer = loop.schedule(after: Self.patience) { [self] in
      if let standstill = ledger.gauges.standstill(since: earlier) {
        fail(standstill)
      } else {
        begin()
      }
    }
  }

  func end() { timer?.cancel() }
}

extension Gauges {
  /// Why the ledger writes nothing of what there is to write; nil where it does, or nothing is.
  func standstill(since earlier: Gauges) -> Failure? {
    if let heldBy { return heldBy }
    guard earlier.hasWork, hasWork, commits == earlier.commits else { return nil }
    return Failure(.unavailable, "ledger-slow", "the ledger's disk does not answer")
  }

  private var hasWork: Bool { waiting + underWay > 0 }
}
