/// Bytes that go, and answers.
extension HTTPConnection {
  func becameWritable() {
    guard life != .closed else { return }
    let before = output.count
    guard output.flush(to: transport) else { return close() }
    service.unsentBytes -= before - output.count
    noteSent(before - output.count)
    if output.isEmpty {
      if life == .open { watchMovement() }
      if case .streaming(let callbacks) = outbound { callbacks.onDrain?() }
      endExchangeIfOver()
    }
    settle()
  }

  /// Sends parts in their order, and keeps what is not taken yet.
  func write(_ a: [UInt8], _ b: [UInt8] = [], _ c: [UInt8] = []) {
    guard life == .open else { return }
    var sent = 0
    let isFirst = output.isEmpty
    if isFirst {
      guard let taken = transport.send(a.span, b.span, c.span) else { return close() }
      noteSent(taken)
      if taken == a.count + b.count + c.count { return }
      sent = taken
    }
    let before = output.count
    output.append(a, skipping: &sent)
    output.append(b, skipping: &sent)
    output.append(c, skipping: &sent)
    service.unsentBytes += output.count - before
    if service.unsentBytes > service.limits.unsentBytesInAll { return close() }
    if isFirst { watchMovement() }
  }

  private func noteSent(_ count: Int) {
    service.counts.bytesOut += UInt64(count)
    if case .sending(var window) = clock {
      window.move(count)
      clock = .sending(window)
    }
  }

  // MARK: Answers

  /// Answers with a head that lacks its end, and a body. The exchange is over for its handler.
  func respond(_ status: HTTPStatus, head: [UInt8], body: [UInt8]) {
    retireExchange()
    renounceBody()
    outbound = .answered
    onDisconnect = nil
    service.counts.note(status)
    write(head, headEnd, isHead || status.hasNoBody ? [] : body)
    discardRest()
    endExchangeIfOver()
    settle()
  }

  /// Begins an answer whose length nobody knows yet; an HTTP/1.0 client learns its end by the
  /// connection's.
  func beginStream(_ status: HTTPStatus, head: [UInt8]) {
    renounceBody()
    if isVersion10 { keepsAlive = false }
    outbound = .streaming(StreamCallbacks())
    onDisconnect = nil
    service.counts.note(status)
    write(head, isVersion10 ? [] : Self.chunkedField, headEnd)
    discardRest()
    if isHead { endStream() }
    settle()
  }

  private static let chunkedField = Array("Transfer-Encoding: chunked\r\n".utf8)

  func writeStream(_ bytes: [UInt8]) {
    // An empty chunk would be the last one.
    guard !bytes.isEmpty else { return }
    if isVersion10 {
      write(bytes)
    } else {
      write(Array((String(bytes.count, radix: 16) + "\r\n").utf8), bytes, Self.chunkEnd)
    }
    if output.count > service.limits.unsentBytes { close() } else { settle() }
  }

  func endStream() {
    if !isVersion10 && !isHead { write(Self.lastChunk) }
    guard life == .open else { return }
    retireExchange()
    outbound = .answered
    endExchangeIfOver()
    settle()
  }

  private static let chunkEnd = Array("\r\n".utf8)
  private static let lastChunk = Array("0\r\n\r\n".utf8)

  /// The end of the present answer's head: the date, and what this connection adds.
  private var headEnd: [UInt8] {
    service.headEnds.end(at: transport.now, closes: !keepsAlive, corsOrigin: corsOrigin)
  }

  /// Answers in the server's own name, and closes.
  func refuse(_ refusal: Refusal) {
    guard life == .open else { return }
    switch outbound {
    case .streaming: return close()
    case .answered: return
    case .idle, .awaited: break
    }
    let content = service.errorBody(refusal.status, refusal.reason, refusal.message)
    let fields = refusal.retryAfterSeconds.map { [HTTPField("Retry-After", String($0))] } ?? []
    let head = ResponseHead.bytes(refusal.status, content, fields)
    let receiver = abandonBody()
    keepsAlive = false
    respond(refusal.status, head: head, body: content.bytes)
    if case .stream(let receive) = receiver { receive(.aborted) }
  }

  /// Stops the reading of the body and gives back who waited for it.
  func abandonBody() -> BodyReceiver? {
    defer { inbound = .done }
    guard case .reading(let reading) = inbound else { return nil }
    return reading.receiver
  }
}
