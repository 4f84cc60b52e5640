/// Every bound of the server. The defaults suit a node in the open; operators lower or raise them.
package struct HTTPLimits: Sendable {
  package struct Head: Sendable {
    package var targetBytes = 8 << 10
    /// All fields together, with their line ends.
    package var fieldBytes = 16 << 10
    package var fields = 100

    /// Offsets within a head are 16 bits wide.
    var isCountable: Bool { targetBytes + fieldBytes < 60 << 10 }
  }

  package var head = Head()
  package var connections = 4096
  /// Loopback is not counted: there a proxy speaks for everybody.
  package var connectionsPerAddress = 128
  /// From the first byte of a head, or the connection's beginning, to the head's end.
  package var headDeadline: Duration = .seconds(10)
  package var idleDeadline: Duration = .seconds(60)
  /// Bodies, and answers that wait to be taken, must move this much in each `rateWindow`.
  package var minimumBytesPerSecond = 256
  package var rateWindow: Duration = .seconds(10)
  /// How long, and how much, the server listens to a client that it has already answered and will
  /// hear no further, so that the answer is not lost.
  package var lingerDeadline: Duration = .seconds(2)
  package var lingerBytes = 32 << 20
  /// What is left of a body that nobody wants is read up to here to keep the connection.
  package var discardBytes = 64 << 10
  /// What bodies that are collected hold together while they come, beside a little of each.
  package var collectedBytes = 64 << 20
  /// A stream with more than this waiting to be sent is cut.
  package var unsentBytes = 1 << 20
  /// Of all connections together: beyond it, whoever does not take an answer at once is cut.
  package var unsentBytesInAll = 256 << 20

  package init() {}
}
