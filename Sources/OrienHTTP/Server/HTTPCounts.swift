/// What the server has done since it started, for metrics.
package struct HTTPCounts: Sendable {
  package var accepted: UInt64 = 0
  /// Connections turned away because there were too many.
  package var turnedAway: UInt64 = 0
  /// Times that the process had no descriptor left for a connection.
  package var exhausted: UInt64 = 0
  package var bytesIn: UInt64 = 0
  package var bytesOut: UInt64 = 0
  /// Requests that their handler let go of without an answer.
  package var forgotten: UInt64 = 0
  /// Answers by the first digit of their status, from 2 to 5.
  package private(set) var answers: [UInt64] = [0, 0, 0, 0]

  /// Answers whose status begins with `digit`, 2 to 5.
  package func answers(_ digit: Int) -> UInt64 { answers[digit - 2] }

  package init() {}

  mutating func note(_ status: HTTPStatus) { answers[status.rawValue / 100 - 2] += 1 }
}
