import OrienModel
import OrienSystem

/// What one proxy writes to the log: so many lines in a while, and how many more there would have
/// been. A program that connects all day fills no disk.
struct EgressJournal {
  static let lines = 40
  static let window: Duration = .seconds(10)

  private let log: Log
  /// On every line: whose proxy it is.
  private let fields: [String: String]
  private var windowEnd = Instant(nanoseconds: 0)
  private var left = 0
  private var leftOut: UInt64 = 0

  init(_ log: Log, _ fields: [String: String]) {
    self.log = log
    self.fields = fields
  }

  mutating func note(
    _ level: Log.Level, _ message: String, _ more: [String: String], at now: Instant
  ) {
    if now >= windowEnd {
      windowEnd = now + Self.window
      left = Self.lines
      tellLeftOut()
    }
    guard left > 0 else {
      leftOut = leftOut.saturatingAdd(1)
      return
    }
    left -= 1
    log.write(level, message, fields.merging(more) { own, _ in own })
  }

  /// The last line, whatever the bound.
  mutating func conclude(_ counts: EgressCounts) {
    tellLeftOut()
    log.info(
      "the network proxy of a jail has ended",
      fields.merging([
        "connections": "\(counts.connections)", "refusals": "\(counts.refusals)",
        "failures": "\(counts.failures)", "malformed": "\(counts.malformed)",
        "sent_bytes": "\(counts.sentBytes)", "received_bytes": "\(counts.receivedBytes)",
      ]) { own, _ in own })
  }

  private mutating func tellLeftOut() {
    guard leftOut > 0 else { return }
    log.warning(
      "connections of a jail were not logged, for they are too many",
      fields.merging(["count": "\(leftOut)"]) { own, _ in own })
    leftOut = 0
  }
}
