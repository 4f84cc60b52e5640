package import OrienModel
import Synchronization

/// The ledger's figures at one moment, for metrics and health.
package struct Gauges: Sendable {
  /// Entries that wait for the writer.
  package var waiting = 0
  /// Entries that the writer has taken and is at.
  package var underWay = 0
  /// Transactions that were committed.
  package var commits: UInt64 = 0
  /// Entries in the last commit.
  package var batchEntries = 0
  /// How long the oldest entry of the last commit waited for its answer.
  package var lagMicroseconds: UInt64 = 0
  /// Bytes of the write-ahead log.
  package var logBytes = 0
  /// Outputs that are kept, in bytes.
  package var keptBytes: Int64 = 0
  /// Why what is new is refused, and finals wait or go into their reserve: the disk is full, or another
  /// program has the file. Nil while nothing is.
  package var shortage: Failure?
  /// Why what was promised waits to be written; nil while nothing does.
  package var heldBy: Failure?
}

/// Where the writer shows its figures.
final class GaugeBoard: Sendable {
  private let gauges = Mutex(Gauges())

  var now: Gauges { gauges.withLock { $0 } }

  func show(_ change: (inout Gauges) -> Void) { gauges.withLock { change(&$0) } }
}
