/// A moment of a chain, at which streams were read.
package struct ChainMoment: Sendable, Equatable {
  package var number: UInt64
  package var hash: String
  /// In seconds since 1970, by the clock of the chain.
  package var time: UInt64
  /// The newest block that was seen then.
  package var head: UInt64
  package var headTime: UInt64

  package init(number: UInt64, hash: String, time: UInt64, head: UInt64, headTime: UInt64) {
    self.number = number
    self.hash = hash
    self.time = time
    self.head = head
    self.headTime = headTime
  }

  /// By which a later question names it.
  package var name: String { "\(number):\(hash)" }
}

/// What a backend says of one stream, at one moment.
package struct StreamReading: Sendable, Equatable {
  package var id: String
  /// Why it does not pay; nil where it does.
  package var fault: StreamFault?
  /// As far as there is any.
  package var stream: PaymentStream?
  package var remainingSeconds: UInt64
  package var vested: UInt256
  package var withdrawable: UInt256

  package init(
    id: String, fault: StreamFault?, stream: PaymentStream?, remainingSeconds: UInt64,
    vested: UInt256, withdrawable: UInt256
  ) {
    self.id = id
    self.fault = fault
    self.stream = stream
    self.remainingSeconds = remainingSeconds
    self.vested = vested
    self.withdrawable = withdrawable
  }

  /// For how long it still pays, so many seconds after it was read.
  package func remainingSeconds(after lag: UInt64) -> UInt64 {
    remainingSeconds > lag ? remainingSeconds - lag : 0
  }

  package init(_ stream: PaymentStream, by judge: StreamJudge, at now: UInt64) {
    let fault = judge.fault(of: stream, at: now)
    guard fault != .unknown else {
      self.init(
        id: stream.id.description, fault: fault, stream: nil, remainingSeconds: 0, vested: .zero,
        withdrawable: .zero)
      return
    }
    self.init(
      id: stream.id.description, fault: fault, stream: stream,
      // As many as a number of JSON has.
      remainingSeconds: min(stream.remainingSeconds(at: now), UInt64(Int64.max)),
      vested: stream.vested(at: now),
      withdrawable: stream.withdrawable(at: now))
  }
}

// MARK: As JSON

extension ChainMoment: JSONWritable {
  package func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("number", Int64(clamping: number))
      writer.field("hash", hash)
      writer.field("time", Int64(clamping: time))
      writer.field("head", Int64(clamping: head))
      writer.field("head_time", Int64(clamping: headTime))
    }
  }

  package init(_ json: JSON) throws(Failure) {
    func number(_ name: String) throws(Failure) -> UInt64 {
      guard let value = json[name]?.uint64 else { throw .unreadable("block.\(name)") }
      return value
    }
    guard let hash = json["hash"]?.string else { throw .unreadable("block.hash") }
    self.init(
      number: try number("number"), hash: hash, time: try number("time"),
      head: try number("head"), headTime: try number("head_time"))
  }
}

extension StreamReading: JSONWritable {
  package func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("stream", id)
      writer.field("fault", fault?.rawValue)
      writer.field("message", fault?.message)
      guard let stream else { return }
      writer.field("token", stream.token)
      writer.field("sender", stream.sender)
      writer.field("recipient", stream.recipient)
      writer.field("start", stream.start.description)
      writer.field("stop", stream.stop.description)
      writer.field("rate", stream.ratePerSecond.description)
      writer.field("deposit", stream.deposit.description)
      writer.field("withdrawn", stream.withdrawn.description)
      writer.field("halted", stream.isHalted)
      writer.field("remaining_seconds", Int64(clamping: remainingSeconds))
      writer.field("vested", vested.description)
      writer.field("withdrawable", withdrawable.description)
    }
  }

  /// What `write` writes, of whichever backend: a fault that nobody knows is one all the same.
  package init(_ json: JSON) throws(Failure) {
    guard let id = json["stream"]?.string, let number = UInt256(decimal: id) else {
      throw .unreadable("stream")
    }
    func amount(_ name: String) throws(Failure) -> UInt256 {
      guard let value = json[name]?.string.flatMap({ UInt256(decimal: $0) }) else {
        throw .unreadable(name)
      }
      return value
    }
    func text(_ name: String) throws(Failure) -> String {
      guard let value = json[name]?.string else { throw .unreadable(name) }
      return value
    }
    let fault = json["fault"]?.string.map { StreamFault(rawValue: $0) ?? .inconsistent }
    guard json["sender"] != nil else {
      guard let fault else { throw .unreadable("sender") }
      self.init(
        id: id, fault: fault, stream: nil, remainingSeconds: 0, vested: .zero, withdrawable: .zero)
      return
    }
    guard let remaining = json["remaining_seconds"]?.uint64, let halted = json["halted"]?.bool
    else { throw .unreadable("remaining_seconds") }
    self.init(
      id: id, fault: fault,
      stream: PaymentStream(
        id: number, token: try text("token"), sender: try text("sender"),
        recipient: try text("recipient"), start: try amount("start"), stop: try amount("stop"),
        ratePerSecond: try amount("rate"), deposit: try amount("deposit"),
        withdrawn: try amount("withdrawn"), isHalted: halted),
      remainingSeconds: remaining, vested: try amount("vested"),
      withdrawable: try amount("withdrawable"))
  }
}

extension Failure {
  fileprivate static func unreadable(_ place: String) -> Failure {
    Failure(.internal, "bad-stream", "a backend of payments tells of no \(place)")
  }
}
