import OrienSystem

/// One client's connection: the state machine between bytes and exchanges.
///
/// Requests are dealt with one at a time, in order; what a client sends ahead waits, within a
/// bound, in `input` and then in the kernel. A request is over when its body has been read (or
/// given up, with the connection) and its answer has been taken whole. Belongs to the loop.
final class HTTPConnection {
  enum Inbound {
    case head
    /// A body was announced that nobody has asked for yet.
    case waiting(BodyDecoder)
    case reading(BodyReading)
    case done
  }

  enum Outbound {
    case idle
    /// The handler owes an answer.
    case awaited
    /// The handler is writing one.
    case streaming(StreamCallbacks)
    case answered
  }

  enum Life { case open, lingering, closed }

  struct StreamCallbacks {
    var onDrain: (() -> Void)?
    var onDisconnect: (() -> Void)?
    var onClose: (() -> Void)?
  }

  let service: HTTPService
  let transport: any Transport
  let peer: NetworkAddress
  let listener: NetworkAddress

  var life = Life.open
  var inbound = Inbound.head
  var outbound = Outbound.idle
  var clock = Clock.none
  var input = InputBuffer()
  var output = OutputQueue()
  /// The client has said its last; what it sent before is still answered.
  var hasEnded = false

  /// Which exchange is the present one; handles of earlier ones find that they are not.
  private(set) var exchangeNumber: UInt64 = 0
  var isHead = false
  var isVersion10 = false
  var keepsAlive = true
  var owesContinue = false
  /// The origin that may read the answer, where it is not the server's own.
  var corsOrigin: String?
  var onDisconnect: (() -> Void)?
  var lingeredBytes = 0
  /// It has the place of the last descriptor: one answer, and others have their turn.
  private let isLast: Bool
  private var parser: HeadParser
  private var isAdvancing = false

  init(
    _ service: HTTPService, _ transport: any Transport, peer: NetworkAddress,
    listener: NetworkAddress, isLast: Bool = false
  ) {
    self.service = service
    self.transport = transport
    self.peer = peer
    self.listener = listener
    self.isLast = isLast
    parser = HeadParser(service.limits.head)
    let patience = service.limits.headDeadline
    setClock(.head(until: transport.now + (isLast ? min(patience, .seconds(1)) : patience)))
  }

  func isPresent(_ number: UInt64) -> Bool { number == exchangeNumber && life == .open }

  /// Makes what the handler holds of the present exchange a handle of nothing.
  func retireExchange() { exchangeNumber += 1 }

  func setClock(_ clock: Clock) {
    self.clock = clock
    transport.wake(at: clock.deadline)
  }

  /// Begins to watch that the client takes what was written, or else sends what it announced.
  func watchMovement() {
    if !output.isEmpty {
      let pending = transport.unacknowledgedBytes
      setClock(
        .sending(
          RateWindow(service.limits, from: transport.now, unacknowledgedBytes: pending)))
    } else if case .reading(let reading) = inbound, !reading.isPaused {
      setClock(.body(RateWindow(service.limits, from: transport.now)))
    } else {
      setClock(.none)
    }
  }

  // MARK: Requests

  /// Deals with every request that is there, until one waits for its handler or its client.
  func advance() {
    guard !isAdvancing else { return }
    isAdvancing = true
    defer { isAdvancing = false }
    while life == .open, case .head = inbound {
      guard !input.isEmpty else {
        if hasEnded { close() }
        return
      }
      do {
        guard try parser.advance(input.bytes.span.extracting(input.start..<input.end)) else {
          return awaitRestOfHead()
        }
        begin()
      } catch {
        refuse(error)
      }
    }
  }

  private func awaitRestOfHead() {
    if hasEnded { return refuse(.malformed("the request ends within its head")) }
    // More of a head that is awaited already wins no time.
    if case .head = clock { return }
    setClock(.head(until: transport.now + service.limits.headDeadline))
  }

  private func begin() {
    let request = HTTPRequest(
      parser.head, in: input.bytes, from: input.start, peer: peer, listener: listener)
    let head = request.head
    input.consume(head.length)
    exchangeNumber += 1
    isHead = head.method == .head
    isVersion10 = head.isVersion10
    keepsAlive = !head.closes && !isLast && !service.isShuttingDown
    owesContinue = head.expectsContinue
    inbound = BodyDecoder(head.body).map { .waiting($0) } ?? .done
    outbound = .awaited
    setClock(.none)
    if let refusal = service.origins.check(request, &corsOrigin) { return refuse(refusal) }
    let exchange = HTTPExchange(self, exchangeNumber)
    if service.origins.isPreflight(request) {
      return exchange.respond(.noContent, fields: service.origins.preflightFields(request))
    }
    service.handler.handle(request, exchange)
  }

  /// Goes on to the next request once this one is over.
  func endExchangeIfOver() {
    guard life == .open, case .done = inbound, case .answered = outbound, output.isEmpty else {
      return
    }
    retireExchange()
    guard keepsAlive, !service.isShuttingDown else { return beginLinger() }
    inbound = .head
    outbound = .idle
    isHead = false
    corsOrigin = nil
    input.shrink()
    setClock(.idle(until: transport.now + service.idlePatience))
    advance()
  }
}
