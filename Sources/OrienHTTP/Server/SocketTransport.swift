import OrienSystem

/// A connection's socket on the loop.
///
/// The loop's watch keeps it alive until `close`. Its timer is lazy: a deadline that moves on, as
/// it does with each request, costs nothing until the old one would have been due.
final class SocketTransport: Transport {
  private let loop: Loop
  private var socket: Socket?
  private var watch: Watch?
  private var connection: HTTPConnection?
  private var wanted = (read: true, write: false)
  private var deadline: Instant?
  private var timer: (due: Instant, timer: Timer)?

  init(_ loop: Loop, _ socket: consuming Socket) {
    self.loop = loop
    self.socket = consume socket
  }

  /// Begins to listen for `connection`. Where the loop cannot watch the socket, it is closed.
  func start(_ connection: HTTPConnection) {
    self.connection = connection
    do {
      watch = try loop.watch(descriptor, .read) { [self] readiness in deliver(readiness) }
    } catch {
      connection.close()
    }
  }

  private var descriptor: Int32 {
    guard let raw = socket?.descriptor.raw else {
      preconditionFailure("a closed transport is not used")
    }
    return raw
  }

  private func deliver(_ readiness: Readiness) {
    guard let connection else { return }
    if readiness.isBroken { return connection.close() }
    if readiness.contains(.write) { connection.becameWritable() }
    if readiness.contains(.read) { connection.becameReadable() }
  }

  var now: Instant { loop.now }

  func receive(into buffer: inout [UInt8], from start: Int) -> Socket.Received {
    socket?.receive(into: &buffer, from: start) ?? .broken
  }

  func send(_ a: Span<UInt8>, _ b: Span<UInt8>, _ c: Span<UInt8>) -> Int? {
    socket?.send(a, b, c) ?? nil
  }

  var unacknowledgedBytes: Int { socket?.unacknowledgedBytes ?? 0 }

  func want(read: Bool, write: Bool) {
    guard (read, write) != wanted else { return }
    wanted = (read, write)
    var interest: Readiness = read ? .read : []
    if write { interest.insert(.write) }
    watch?.change(to: interest)
  }

  func wake(at deadline: Instant?) {
    self.deadline = deadline
    guard let deadline else { return }
    if let timer {
      guard deadline < timer.due else { return }
      timer.timer.cancel()
    }
    arm(deadline)
  }

  private func arm(_ due: Instant) {
    timer = (due, loop.schedule(at: due) { [unowned self] in timerFired() })
  }

  private func timerFired() {
    timer = nil
    guard let deadline else { return }
    if deadline > loop.now { arm(deadline) } else { connection?.deadlinePassed() }
  }

  func finishSending() { socket?.finishSending() }

  func close() {
    timer?.timer.cancel()
    timer = nil
    deadline = nil
    watch?.cancel()
    watch = nil
    socket = nil
    connection = nil
  }
}
