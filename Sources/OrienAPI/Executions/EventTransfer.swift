import OrienHTTP
import OrienKernel
import OrienModel
import OrienSystem

extension API {
  func sendEvents(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    let id = try inquiry.execution()
    let place = try EventPlace(lastEventID: inquiry.request.header("last-event-id"))
    kernel.report(id, for: inquiry.caller) { [self] result in
      do throws(Failure) {
        let report = try result.get()
        let place = try place.within(report)
        EventTransfer(report, from: place, self, inquiry, try openStream()).begin()
      } catch {
        inquiry.exchange.fail(error)
      }
    }
  }
}

/// How far a client has followed an execution: what the id of each event says, so that whoever
/// comes back goes on from there.
struct EventPlace {
  var output = 0
  var errors = 0
  var events = 0
  /// The last status that was told; nil: none yet.
  var status: Status?

  init() {}

  init(lastEventID text: String?) throws(Failure) {
    guard let text, !text.isEmpty else { return }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    let numbers = parts.prefix(3).compactMap { part in
      part.utf8.allSatisfy(\.isASCIIDigit) ? Int(part) : nil
    }
    guard parts.count == 4, numbers.count == 3,
      parts[3].isEmpty || Status(rawValue: String(parts[3])) != nil
    else { throw Self.isNone }
    (output, errors, events) = (numbers[0], numbers[1], numbers[2])
    status = Status(rawValue: String(parts[3]))
  }

  static let isNone = Failure(
    .invalid, "invalid-event-id", "Last-Event-ID: expected the id of an event of this stream")

  /// Goes back to the end of streams that have become shorter: what was not safe when the node
  /// died, or its disk was full, is gone, and whoever had read it is still to hear the end.
  func within(_ report: ExecutionReport) throws(Failure) -> EventPlace {
    guard output > report.output.bytes || errors > report.errors.bytes else { return self }
    let hasLost = report.output.isTruncated || report.errors.isTruncated
    guard report.status == .lost || hasLost else { throw Self.isNone }
    var place = self
    place.output = min(output, report.output.bytes)
    place.errors = min(errors, report.errors.bytes)
    return place
  }

  var id: String { "\(output)-\(errors)-\(events)-\(status?.rawValue ?? "")" }
}

/// An execution's events on their way to a client. There is no queue: it reads streams by offset
/// and events by number, as fast as the client takes them. Belongs to the loop; alive for as long
/// as its answer is.
private final class EventTransfer {
  private static let stepBytes = 16 << 10

  private let api: API
  private let inquiry: Inquiry
  private let id: ExecutionID
  private var report: ExecutionReport
  private var place: EventPlace
  private var open: OpenStream?
  private var answer: EventAnswer?
  private var observation: ExecutionObservation?
  /// What a handler has told of one that was over from the beginning.
  private var told = EventLog()
  private var isBusy = false
  /// Something came while it was busy.
  private var mustGoOn = false

  init(
    _ report: ExecutionReport, from place: EventPlace, _ api: API, _ inquiry: Inquiry,
    _ open: OpenStream
  ) {
    self.open = open
    self.report = report
    id = report.id
    self.place = place
    self.api = api
    self.inquiry = inquiry
  }

  func begin() {
    guard let open = open.take() else { preconditionFailure("a transfer begins once") }
    let answer = EventAnswer(api, inquiry, open)
    self.answer = answer
    observation = api.kernel.observe(id, for: inquiry.caller) { [weak self] in self?.goOn() }
    if observation == nil { told = api.kernel.events(of: id) }
    // These hold the transfer until the answer ends, and the end lets go of them.
    answer.onChange(goOn: { [self] in goOn() }, end: { [self] in end() })
    goOn()
  }

  /// Sends the next thing there is, and again until there is none or the client takes no more.
  private func goOn() {
    guard answer?.isWritable == true else { return }
    guard !isBusy else { return mustGoOn = true }
    isBusy = true
    mustGoOn = false
    api.kernel.report(id, for: inquiry.caller) { [self] result in
      guard case .success(let fresh) = result else { return cut() }
      report = fresh
      tellBeginning()
      sendText(.output) { [self] isSent in
        if isSent { return again() }
        sendText(.errors) { [self] isSent in
          if isSent || sendEvent() { return again() }
          isBusy = false
          if report.status.isFinal { finish() } else if mustGoOn { again() }
        }
      }
    }
  }

  /// Not by a call from here: there may be thousands of small things to send.
  private func again() {
    isBusy = false
    api.loop.soon { [self] in goOn() }
  }

  /// That it waits or runs is told before anything that it wrote; its end after all of it.
  private func tellBeginning() {
    guard !report.status.isFinal, place.status != report.status else { return }
    tellStatus()
  }

  private func tellStatus() {
    place.status = report.status
    var writer = JSONWriter()
    writer.writeExecution(report)
    send("state", writer.bytes)
  }

  private func finish() {
    if place.status != report.status { tellStatus() }
    answer?.finish()
    end()
  }

  /// Sends a piece of a stream, cut where a character ends; what is the beginning of one waits for
  /// its rest as long as there may be any.
  private func sendText(_ which: OutputStream, then body: @escaping (Bool) -> Void) {
    let path: WritableKeyPath<EventPlace, Int> = which == .output ? \.output : \.errors
    let offset = place[keyPath: path]
    api.kernel.readOutput(of: report, which, from: offset, atMost: Self.stepBytes) {
      [self] result in
      guard case .success(var bytes) = result.orForgotten else { return cut() }
      let view = which == .output ? report.output : report.errors
      let isRest = report.status.isFinal && offset + bytes.count == view.bytes
      if !isRest { bytes.removeLast(UTF8Boundary.openBytes(atEndOf: bytes)) }
      guard !bytes.isEmpty else { return body(false) }
      place[keyPath: path] += bytes.count
      var writer = JSONWriter()
      writer.object { writer in
        writer.field("offset", offset)
        writer.name("text")
        writer.write(repairing: bytes)
      }
      send(which == .output ? "stdout" : "stderr", writer.bytes)
      body(true)
    }
  }

  private func sendEvent() -> Bool {
    let log = observation?.events ?? told
    guard let object = log.from(place.events).first else { return false }
    place.events = log.number(of: place.events) + 1
    send("event", object)
    return true
  }

  private func send(_ name: String, _ data: [UInt8]) {
    answer?.send(id: place.id, name: name, data)
  }

  /// Letting go of an unfinished stream ends the connection: the client is to come back.
  private func cut() { end() }

  private func end() {
    answer = nil
    observation = nil
  }
}
