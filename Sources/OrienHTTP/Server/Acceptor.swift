import OrienSystem

/// Takes the connections of one listener.
///
/// When the process has no descriptor left it stops for a moment at a time, instead of being woken
/// for ever by what it cannot take. One descriptor is kept in reserve: by it a single client at a
/// time is still answered once, so that the node's health can be asked when it is worst.
final class Acceptor {
  private let listener: Listener
  private let loop: Loop
  private let service: HTTPService
  private var watch: Watch?
  private var reserve: Descriptor?
  private var pause: Timer?

  /// A turn of the loop takes no more than this many, for others wait too.
  private static let batch = 64
  /// Beyond the bound, this many clients at a time are told so; the others are cut.
  private static let politeRefusals = 64
  private static let pauseDuration: Duration = .milliseconds(100)

  init(_ listener: consuming Listener, _ loop: Loop, _ service: HTTPService) throws(SystemError) {
    self.listener = listener
    self.loop = loop
    self.service = service
    reserve = try Descriptor.spare()
  }

  /// Until then who connects waits in the kernel's queue.
  func open() throws(SystemError) {
    watch = try loop.watch(listener.descriptor.raw, .read) { [unowned self] _ in accept() }
  }

  private func accept() {
    for _ in 0..<Self.batch {
      do {
        guard let socket = try listener.accept() else { return }
        admit(socket, isLast: false)
      } catch {
        return endure(error)
      }
    }
  }

  private func admit(_ socket: consuming Socket, isLast: Bool) {
    let peer = socket.peer
    let hasRoom = service.hasRoom(for: peer)
    if !hasRoom {
      service.counts.turnedAway += 1
      guard service.connections.count < service.limits.connections + Self.politeRefusals else {
        return
      }
    }
    let transport = SocketTransport(loop, socket)
    let connection = HTTPConnection(
      service, transport, peer: peer, listener: listener.address, isLast: isLast)
    service.add(connection)
    transport.start(connection)
    if !hasRoom {
      connection.refuse(
        Refusal(.serviceUnavailable, "too-many-connections", "there are too many connections"))
    }
  }

  /// Waits until there are descriptors again. Other errors of a listener can only pass, too.
  private func endure(_ error: SystemError) {
    service.counts.exhausted += 1
    if error.isExhaustion, reserve != nil {
      reserve = nil
      if let socket = (try? listener.accept()) ?? nil { admit(socket, isLast: true) }
    }
    watch?.change(to: [])
    pause = loop.schedule(after: Self.pauseDuration) { [unowned self] in resume() }
  }

  private func resume() {
    if reserve == nil { reserve = try? Descriptor.spare() }
    if reserve == nil {
      pause = loop.schedule(after: Self.pauseDuration) { [unowned self] in resume() }
    } else {
      watch?.change(to: .read)
    }
  }

  func close() {
    pause?.cancel()
    watch?.cancel()
    watch = nil
  }
}
