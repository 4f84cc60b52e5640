import OrienSystem

/// What a connection needs of the world: bytes in and out, and to be woken at a moment.
///
/// Two implementations: a socket on the loop, and the memory in which tests run their transcripts.
/// It wakes the connection by `becameReadable`, `becameWritable` and `deadlinePassed`.
protocol Transport: AnyObject {
  var now: Instant { get }
  /// Reads into `buffer` from `start` to its end at most.
  func receive(into buffer: inout [UInt8], from start: Int) -> Socket.Received
  /// Writes what is taken now of three parts in their order; nil where the connection is gone.
  func send(_ a: Span<UInt8>, _ b: Span<UInt8>, _ c: Span<UInt8>) -> Int?
  /// What was sent and has not reached the client's system.
  var unacknowledgedBytes: Int { get }
  /// Asks to be told when bytes are there, and when some would be taken.
  func want(read: Bool, write: Bool)
  /// Asks to be woken at `deadline`; nil asks for peace.
  func wake(at deadline: Instant?)
  func finishSending()
  /// Lets go of everything, the connection too. Called once.
  func close()
}
