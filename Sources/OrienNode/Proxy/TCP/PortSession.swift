import OrienModel
import OrienSystem

/// One connection over a lease, from its client to the target and back.
final class PortSession {
  private unowned let port: OpenPort
  private var client: RelayEnd?
  private var target: RelayEnd?
  private var inward = PortFlow()
  private var outward = PortFlow()
  private var isConnected = false
  private var lastMoved: Instant
  /// Of the connecting first, then of rest.
  private var bound: Timer?
  private var pause: Timer?

  private static let pauseDuration: Duration = .milliseconds(100)

  /// Begins to connect to the target. What the client sends waits where it came in.
  init(
    _ client: consuming Socket, over port: OpenPort
  ) throws(Socket.ConnectFailure) {
    self.port = port
    let loop = port.table.loop
    lastMoved = loop.now
    let socket = try Socket.connecting(to: port.target, isNear: true)
    do throws(SystemError) {
      self.client = try RelayEnd(client, loop: loop) { [unowned self] in clientReady($0) }
      target = try RelayEnd(socket, loop: loop, awaitsWriting: true) { [unowned self] in
        targetReady($0)
      }
    } catch {
      throw .system(error)
    }
    bound = loop.schedule(after: port.table.limits.connect) { [unowned self] in cut() }
  }

  /// Ends it now, so that neither side takes what it has got for all.
  func cut() {
    client?.socket.breakWhenClosed()
    target?.socket.breakWhenClosed()
    end()
  }

  private func end() {
    bound?.cancel()
    pause?.cancel()
    client = nil
    target = nil
    port.ended(self)
  }

  // MARK: Events

  private func clientReady(_ readiness: Readiness) {
    guard isConnected else {
      // A client that went away while the target was asked for.
      if readiness.isBroken { cut() }
      return
    }
    if readiness.isBroken { client?.hangUp() }
    pass(inward: readiness.isInput, outward: readiness.isOutput)
  }

  private func targetReady(_ readiness: Readiness) {
    guard isConnected else { return connected() }
    if readiness.isBroken { target?.hangUp() }
    pass(inward: readiness.isOutput, outward: readiness.isInput)
  }

  private func connected() {
    guard let target else { return }
    do throws(Socket.ConnectFailure) { try target.socket.finishConnecting() } catch {
      return cut()
    }
    isConnected = true
    bound?.cancel()
    awaitIdle()
    pass(inward: true, outward: false)
  }

  private func awaitIdle() {
    let table = port.table
    bound = table.loop.schedule(at: lastMoved + table.limits.idle) { [unowned self] in
      if table.loop.now >= lastMoved + table.limits.idle { cut() } else { awaitIdle() }
    }
  }

  // MARK: Bytes

  private func pass(inward goesIn: Bool, outward goesOut: Bool) {
    guard let client, let target else { return }
    let pool = port.table.transits
    var isBroken = false
    var isShort = false
    func take(_ step: PortFlow.Step) -> Int {
      switch step {
      case .moved(let count): return count
      case .broken(let count):
        isBroken = true
        return count
      case .short:
        isShort = true
        return 0
      }
    }
    let bytesIn = goesIn ? take(inward.step(from: client, to: target, by: pool)) : 0
    let bytesOut = goesOut ? take(outward.step(from: target, to: client, by: pool)) : 0
    if bytesIn + bytesOut > 0 {
      lastMoved = port.table.loop.now
      port.passed(inward: bytesIn, outward: bytesOut)
    }
    if isBroken { return cut() }
    if inward.isOver, outward.isOver { return end() }
    if isShort { return rest() }
    client.want(read: inward.wantsMore, write: outward.isBlocked)
    target.want(read: outward.wantsMore, write: inward.isBlocked)
  }

  /// Until there are descriptors again.
  private func rest() {
    client?.want(read: false, write: false)
    target?.want(read: false, write: false)
    pause?.cancel()
    pause = port.table.loop.schedule(after: Self.pauseDuration) { [unowned self] in
      pass(inward: true, outward: true)
    }
  }
}

extension Readiness {
  /// What is broken is read to its end, and tells so when it is written to.
  fileprivate var isInput: Bool { contains(.read) || isBroken }
  fileprivate var isOutput: Bool { contains(.write) || isBroken }
}
