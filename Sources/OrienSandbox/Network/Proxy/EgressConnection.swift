import OrienModel
import OrienSystem

/// One connection of a program: what it asks for, the way there, and what passes. Belongs to the
/// loop's thread; its proxy keeps it until `end`.
final class EgressConnection {
  enum Stage {
    case opening
    case reaching(EgressReach)
    case relaying(outside: RelayEnd)
    /// A last answer is on its way, and what the program still sends is read and dropped: bytes
    /// that nobody has read when a socket closes take the answer with them.
    case leaving
    case over
  }

  unowned let proxy: EgressProxy
  var stage = Stage.opening
  /// Nil before `start` and when it is over.
  var client: RelayEnd?
  private var opening = EgressOpening()
  /// What came and is not done with.
  private var input: [UInt8] = []
  private(set) var request: EgressRequest?
  var upload = RelayFlow(last: [])
  /// What goes to the program; in the end the last answer.
  var download = RelayFlow(last: [])
  var sentBytes: UInt64 = 0
  var receivedBytes: UInt64 = 0
  /// The deadline of the stage.
  var timer: Timer?
  var lastMoved = Instant(nanoseconds: 0)
  private var connectedAt: Instant?

  /// How long a program that was told no may take to read it.
  private static let farewell: Duration = .seconds(2)

  init(_ proxy: EgressProxy) { self.proxy = proxy }

  func start(_ socket: consuming Socket) throws(SystemError) {
    let client = try RelayEnd(socket, loop: proxy.loop) { [unowned self] in clientReady($0) }
    self.client = client
    client.want(read: true, write: false)
    timer = proxy.loop.schedule(after: proxy.limits.head) { [unowned self] in
      refuse(.headTooLate)
    }
  }

  private func clientReady(_ readiness: Readiness) {
    guard let client else { return }
    switch stage {
    case .opening: readOpening(client)
    case .reaching: if readiness.isBroken { end(because: "the program has gone") }
    case .relaying(let outside): relay(client, outside, readiness)
    case .leaving: leave(client, readiness)
    case .over: break
    }
  }

  // MARK: What it asks for

  private func readOpening(_ client: RelayEnd) {
    while case .opening = stage {
      switch client.socket.receive(into: &proxy.scratch, from: 0) {
      case .bytes(let count):
        input += proxy.scratch[..<count]
        understand(client)
      case .nothing: return
      case .end, .broken: end(because: "the program asked for nothing")
      }
    }
  }

  private func understand(_ client: RelayEnd) {
    do throws(EgressRefusal) {
      while true {
        switch try opening.advance(input) {
        case .partial: return
        case .answer(let answer, let used):
          input.removeFirst(used)
          let nothing: [UInt8] = []
          // So little is taken at once, or the program is gone.
          guard client.socket.send(answer.span, nothing.span, nothing.span) == answer.count else {
            return end(because: "the program has gone")
          }
        case .request(let request, let used):
          input.removeFirst(used)
          return reach(request, client)
        }
      }
    } catch {
      refuse(error)
    }
  }

  private func reach(_ request: EgressRequest, _ client: RelayEnd) {
    self.request = request
    timer?.cancel()
    client.want(read: false, write: false)
    let reach = EgressReach(
      request.target, proxy.policy, within: proxy.limits.connect, loop: proxy.loop
    ) { [unowned self] end in reached(request, end) }
    stage = .reaching(reach)
    reach.start(proxy.lookups)
  }

  private func reached(_ request: EgressRequest, _ end: consuming EgressReach.End) {
    switch consume end {
    case .refused(let refusal, let address): refuse(refusal, address)
    case .connected(let socket):
      let peer = socket.peer
      do throws(SystemError) {
        let outside = try RelayEnd(socket, loop: proxy.loop) { [unowned self] in outsideReady($0) }
        begin(request, outside, peer)
      } catch {
        refuse(.exhausted)
      }
    }
  }

  private func begin(_ request: EgressRequest, _ outside: RelayEnd, _ peer: NetworkAddress) {
    proxy.counts.connections = proxy.counts.connections.saturatingAdd(1)
    connectedAt = proxy.loop.now
    stage = .relaying(outside: outside)
    switch request.form {
    case .tunnel:
      upload = RelayFlow(input)
      download = RelayFlow(Array("HTTP/1.1 200 Connection established\r\n\r\n".utf8))
    case .socks:
      upload = RelayFlow(input)
      download = RelayFlow(SOCKSMessage.reply(0))
    case .forward(let head, var body):
      let count = body.take(input.span)
      upload = RelayFlow(head + input[..<count], body: body)
      download = RelayFlow()
    }
    input = []
    beginRelaying(outside)
  }

  private func outsideReady(_ readiness: Readiness) {
    guard let client, case .relaying(let outside) = stage else { return }
    relay(outside: outside, client, readiness)
  }

  // MARK: How it ends

  /// Says why there is no connection, and leaves.
  private func refuse(_ refusal: EgressRefusal, _ address: NetworkAddress? = nil) {
    proxy.counts.note(refusal)
    var fields = ["why": refusal.line]
    if let request { fields["target"] = "\(request.target)" }
    if let address { fields["address"] = address.hostText }
    proxy.note(.warning, "a jail was refused a connection", fields)
    leave(saying: refusal.answer(in: opening.speech))
  }

  /// Sends the last that the program hears, nothing more than the end where that is empty.
  func leave(saying answer: [UInt8] = []) {
    guard let client else { return }
    if case .reaching(let reach) = stage { reach.close() }
    stage = .leaving
    input = []
    upload.abandon()
    download = RelayFlow(last: answer)
    timer?.cancel()
    timer = proxy.loop.schedule(after: Self.farewell) { [unowned self] in
      end(because: "the program does not read")
    }
    leave(client, .write)
  }

  private func leave(_ client: RelayEnd, _ readiness: Readiness) {
    if readiness.isBroken || client.isHungUp { return end(because: "it is over") }
    _ = download.give(to: client)
    if readiness.contains(.read) {
      switch client.socket.receive(into: &proxy.scratch, from: 0) {
      case .bytes, .nothing: break
      case .end, .broken: return end(because: "it is over")
      }
    }
    client.want(read: true, write: !download.isOver)
  }

  /// Lets go of everything, now. What was connected is logged, once.
  func end(because why: String) {
    if case .over = stage { return }
    if case .reaching(let reach) = stage { reach.close() }
    stage = .over
    timer?.cancel()
    timer = nil
    client = nil
    if let request, let connectedAt {
      proxy.note(
        .info, "a jail's connection has ended",
        [
          "target": "\(request.target)", "sent_bytes": "\(sentBytes)",
          "received_bytes": "\(receivedBytes)", "why": why,
          "milliseconds": "\(Instant.now.since(connectedAt).milliseconds)",
        ])
    }
    proxy.ended(self)
  }
}
