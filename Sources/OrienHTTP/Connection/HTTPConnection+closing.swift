import OrienSystem

/// Deadlines, farewells and the end.
extension HTTPConnection {
  func deadlinePassed() {
    guard life != .closed, let deadline = clock.deadline, deadline <= transport.now else { return }
    switch clock {
    case .none: break
    case .idle, .linger: close()
    case .head:
      // A client that has said nothing is not told anything either.
      if input.isEmpty {
        close()
      } else {
        refuse(Refusal(.requestTimeout, "request-timeout", "the request's head came too slowly"))
      }
    case .body(let window):
      if window.isSatisfied() {
        watchMovement()
      } else if case .answered = outbound {
        giveUpBody()
      } else {
        refuse(Refusal(.requestTimeout, "request-timeout", "the request's body came too slowly"))
      }
    case .sending(let window):
      let pending = transport.unacknowledgedBytes
      if window.isSatisfied(unacknowledgedBytes: pending) { watchMovement() } else { close() }
    }
    settle()
  }

  /// Says that nothing more comes, and listens a while for the client to have heard the answer:
  /// to close with unread bytes would take it from the client's hands.
  func beginLinger() {
    life = .lingering
    transport.finishSending()
    if hasEnded { return close() }
    input.consume(input.count)
    setClock(.linger(until: transport.now + service.limits.lingerDeadline))
  }

  func tellDisconnect() {
    let tell = onDisconnect
    onDisconnect = nil
    tell?()
  }

  /// Ends the connection at once, and tells whoever waits for it.
  func close() {
    guard life != .closed else { return }
    life = .closed
    retireExchange()
    let receiver = abandonBody()
    let streaming = outbound
    outbound = .answered
    service.unsentBytes -= output.count
    output.removeAll()
    clock = .none
    transport.close()
    service.remove(self)
    if case .stream(let receive) = receiver { receive(.aborted) }
    if case .streaming(let callbacks) = streaming { callbacks.onClose?() }
    tellDisconnect()
  }

  /// Ends it when the server does: at once where nothing is asked, else behind the answer.
  func shutDown() {
    guard life == .open else { return }
    keepsAlive = false
    if case .head = inbound, input.isEmpty { beginLinger() }
    settle()
  }
}
