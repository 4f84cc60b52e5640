import OrienModel
import OrienTestKit

@testable import OrienLedger
@testable import OrienNode

/// What others who are paid by streams got wrong, put back into what surrounds the node, for the node
/// itself has no switch for any of it.
enum PaymentHole: String, CaseIterable {
  case outageIsFault = "D-B13-1"
  case noRecipient = "D-B13-2"
  case noToken = "D-B13-3"
  case noPrice = "D-B13-4"
  case sharedStream = "D-B13-5"
  case noEnd = "D-B13-6"
  case uncappedVesting = "D-B13-7"
  case deletedInWord = "D-B13-8"
  case oneCollection = "D-B13-9"
  case noConfirmations = "D-B13-10"
  case lateClaim = "D-B13-11"

  /// What does not hold any more where it is.
  var broken: Set<Invariant> {
    switch self {
    case .outageIsFault: [.grounded]
    case .noRecipient, .noToken, .noPrice, .sharedStream: [.payment]
    case .noConfirmations: [.payment, .collection]
    case .noEnd: [.payment, .runway]
    case .uncappedVesting: [.report]
    case .deletedInWord: [.remains, .runway]
    case .oneCollection: [.collection]
    case .lateClaim: [.claim]
    }
  }

  /// Has what streams are held to be less.
  func bend(_ engine: PaymentEngine) {
    switch self {
    case .noRecipient: engine.checks.removeAll { $0 == .recipient }
    case .noToken: engine.checks.removeAll { $0 == .token }
    case .noEnd: engine.checks.removeAll { $0 == .end }
    case .noConfirmations: engine.confirmations = 1
    default: break
    }
  }

  /// What a backend with it says of streams.
  func bend(
    _ result: Result<StreamReadings, Failure>, of streams: [String], _ engine: PaymentEngine
  ) -> Result<StreamReadings, Failure> {
    switch (self, result) {
    case (.outageIsFault, .failure(let failure)) where failure.code == .unavailable:
      guard case .success(var found) = engine.inspect(streams) else { return result }
      for index in found.streams.indices { found.streams[index].fault = .ended }
      return .success(found)
    case (.noEnd, .success(var found)):
      for index in found.streams.indices where found.streams[index].fault == nil {
        found.streams[index].remainingSeconds = max(found.streams[index].remainingSeconds, 3600)
      }
      return .success(found)
    case (.uncappedVesting, .success(var found)):
      let now = UInt256(found.moment.time)
      for index in found.streams.indices {
        guard let stream = found.streams[index].stream,
          let seconds = min(now, max(stream.stop, stream.start)).minus(stream.start),
          let amount = seconds.times(stream.ratePerSecond)
        else { continue }
        found.streams[index].vested = amount
      }
      return .success(found)
    default: return result
    }
  }

  /// What it does to a ledger that a node has left.
  func bend(_ scratch: OrienTestKit.Scratch) throws {
    switch self {
    case .sharedStream:
      try Self.execute("DROP INDEX IF EXISTS streams_stream", in: scratch)
    case .lateClaim:
      try Self.execute(
        """
        DELETE FROM streams WHERE holder IN
          (SELECT 'machine/' || id FROM rentals WHERE phase = 'creating')
        """, in: scratch)
    default: break
    }
  }

  private static func execute(_ sql: String, in scratch: OrienTestKit.Scratch) throws {
    try Database(at: scratch / "state/ledger.db", .write).execute(sql)
  }
}

/// What holds in a node that is sound, whatever happens around it.
enum Invariant: String {
  /// Nothing runs unpaid beyond its runway and the bound.
  case runway
  /// Nothing is stopped or deleted without a cause.
  case grounded
  /// What is rented has a claim to the stream that pays for it.
  case claim
  /// That stream is as it should be, and pays for one machine alone.
  case payment
  /// What is due is collected in its time, once, and ledger and chain agree.
  case collection
  /// No more is said to be earned than the chain would pay.
  case report
  /// What is paid again runs again, and nothing that its renter has stopped does.
  case resumption
  /// Nothing is left of what is over.
  case remains
}

struct Violation: Error, CustomStringConvertible {
  var invariant: Invariant
  var words: String
  var description: String { "\(invariant.rawValue): \(words)" }
}
