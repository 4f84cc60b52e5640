import OrienSystem

/// Bytes that come, and bodies.
extension HTTPConnection {
  func becameReadable() {
    // What was ready when this turn began may not be wanted any more.
    guard life != .closed, wantsRead else { return }
    switch input.fill(from: transport, room: roomWanted) {
    case .bytes(let count):
      service.counts.bytesIn += UInt64(count)
      digest(count)
    case .nothing: break
    case .end: peerEnded()
    case .broken: close()
    }
    settle()
  }

  /// While a head or a body is read, its largest piece; else as much as may be sent ahead.
  private var roomWanted: Int {
    switch inbound {
    case .reading(let reading):
      min(max(reading.decoder.remaining ?? .max, InputBuffer.usualBytes), 32 << 10)
    case .head where !input.hasRoom: min(input.bytes.count * 2, 64 << 10)
    default: InputBuffer.usualBytes
    }
  }

  private func digest(_ count: Int) {
    if life == .lingering {
      input.consume(input.count)
      lingeredBytes += count
      if lingeredBytes > service.limits.lingerBytes { close() }
      return
    }
    switch inbound {
    case .head: advance()
    case .reading(let reading):
      if case .body(var window) = clock {
        window.move(count)
        clock = .body(window)
      }
      pump(reading)
    case .waiting, .done: break
    }
  }

  private func peerEnded() {
    guard !hasEnded, life == .open else { return close() }
    hasEnded = true
    switch (inbound, outbound) {
    case (.head, _): advance()
    case (_, .streaming(let callbacks)):
      keepsAlive = false
      callbacks.onDisconnect?()
    case (.waiting, .awaited), (.reading, .awaited):
      refuse(.malformed("the request ends within its body"))
    case (.reading, _): giveUpBody()
    default:
      keepsAlive = keepsAlive && !input.isEmpty
      tellDisconnect()
    }
  }

  /// Tells the transport what is waited for; the last act of everything that comes from outside.
  func settle() {
    guard life != .closed else { return }
    transport.want(read: wantsRead, write: !output.isEmpty)
  }

  /// Whether there is room for what the client sends; and its end is noticed by reading, also while
  /// the handler is at work.
  private var wantsRead: Bool {
    guard !hasEnded else { return false }
    guard life == .open else { return true }
    return switch inbound {
    case .head: true
    case .reading(let reading): !reading.isPaused
    case .waiting, .done: input.hasRoom
    }
  }

  // MARK: Bodies

  /// Starts to read the body for `receiver`.
  func readBody(atMost limitBytes: Int, _ receiver: BodyReceiver) {
    switch inbound {
    case .done: deliverEnd(receiver, [])
    case .waiting(let decoder):
      if let remaining = decoder.remaining, remaining > limitBytes {
        inbound = .reading(newReading(decoder, atMost: limitBytes, receiver))
        return refuse(.bodyTooLarge(limitBytes))
      }
      if owesContinue && input.isEmpty { write(Self.continueLine) }
      owesContinue = false
      guard life == .open else { return }
      let reading = newReading(decoder, atMost: limitBytes, receiver)
      inbound = .reading(reading)
      watchMovement()
      pump(reading)
      settle()
    case .head, .reading: preconditionFailure("a body is asked for once")
    }
  }

  private func newReading(
    _ decoder: BodyDecoder, atMost limitBytes: Int, _ receiver: BodyReceiver
  ) -> BodyReading {
    BodyReading(decoder, atMost: limitBytes, receiver, from: peer, into: service.bodies)
  }

  private static let continueLine = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

  func setBodyPaused(_ isPaused: Bool) {
    guard case .reading(let reading) = inbound, reading.isPaused != isPaused else { return }
    reading.isPaused = isPaused
    watchMovement()
    pump(reading)
    settle()
  }

  /// Hands on what is there of the body.
  private func pump(_ reading: BodyReading) {
    while life == .open, case .reading(let present) = inbound, present === reading,
      !reading.isPaused, !input.isEmpty || reading.isDone
    {
      var carried: [UInt8] = []
      do {
        carried = try reading.take(from: &input)
      } catch {
        if case .discard = reading.receiver { return giveUpBody() }
        return refuse(error)
      }
      if case .stream(let receive) = reading.receiver, !carried.isEmpty { receive(.bytes(carried)) }
      // The receiver may have answered, paused or lost the connection meanwhile.
      guard case .reading(let present) = inbound, present === reading else { return }
      if reading.isDone && !reading.isPaused { return endBody(reading) }
    }
  }

  private func endBody(_ reading: BodyReading) {
    inbound = .done
    watchMovement()
    deliverEnd(reading.receiver, reading.collected)
    endExchangeIfOver()
  }

  private func deliverEnd(_ receiver: BodyReceiver, _ collected: [UInt8]) {
    switch receiver {
    case .discard: break
    case .collect(let then): then(collected)
    case .stream(let receive): receive(.end)
    }
  }

  /// Before an answer: decides whether what is left of the body is read to keep the connection, or
  /// the connection is given up with it.
  func renounceBody() {
    let decoder: BodyDecoder
    switch inbound {
    case .done, .head: return
    case .waiting(let waiting): decoder = waiting
    case .reading(let reading): decoder = reading.decoder
    }
    let limitBytes = service.limits.discardBytes
    guard keepsAlive, !owesContinue, !hasEnded, (decoder.remaining ?? 0) <= limitBytes else {
      keepsAlive = false
      inbound = .done
      return
    }
    inbound = .reading(newReading(decoder, atMost: limitBytes, .discard))
  }

  /// After the answer, when the body turned out longer, or otherwise, than can be passed over.
  func giveUpBody() {
    keepsAlive = false
    inbound = .done
    endExchangeIfOver()
  }

  /// Reads on with what `renounceBody` left to be passed over.
  func discardRest() {
    guard life == .open, case .reading(let reading) = inbound else { return }
    watchMovement()
    pump(reading)
  }
}
