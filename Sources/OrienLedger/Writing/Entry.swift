import OrienModel
import OrienSystem

/// One thing to be written, with its answer's way back. What is written in one transaction may be
/// rolled back and applied once more, in the same order.
///
/// It belongs to the writer's thread from when it is sent until it is answered.
protocol Entry: AnyObject, Sendable {
  var need: Need { get }
  var sentAt: Instant { get }
  /// Where its answer is heard; nil where that is on the writer's thread.
  var loop: Loop? { get }
  /// Writes, and keeps the answer until the transaction is on the disk.
  func apply(_ writer: Writer) throws(DatabaseError)
  /// Makes a failure the answer: nothing was written.
  func refuse(_ failure: Failure)
  /// Gives the answer, where it is heard.
  func answer()
}

/// What happens to an entry while the disk is full.
enum Need: Sendable {
  /// It is answered: it writes nothing, and comes to the writer for the order alone.
  case nothing
  /// It is refused: whoever asked for something new can be told so.
  case room
  /// It waits until there is room: what was promised is kept.
  case certainty
}

/// An entry whose answer is a `Value`.
final class Question<Value: Sendable>: Entry, @unchecked Sendable {
  typealias Body = @Sendable (Writer) throws(DatabaseError) -> Result<Value, Failure>

  let need: Need
  let sentAt = Instant.now
  private let reply: Reply<Result<Value, Failure>>
  private let body: Body
  private var result: Result<Value, Failure>?

  init(_ need: Need, _ reply: Reply<Result<Value, Failure>>, _ body: @escaping Body) {
    self.need = need
    self.reply = reply
    self.body = body
  }

  var loop: Loop? { reply.loop }

  func apply(_ writer: Writer) throws(DatabaseError) { result = try body(writer) }

  func refuse(_ failure: Failure) { result = .failure(failure) }

  func answer() {
    reply.deliver(result.dealtWith)
  }
}

/// The two entries that every execution makes. They are types of their own, because what is generic is
/// looked up anew for each that is made, written, answered and forgotten.
final class AcceptEntry: Entry, @unchecked Sendable {
  let sentAt = Instant.now
  private let acceptance: Acceptance
  private let reply: Reply<Result<Accepted, Failure>>
  private var result: Result<Accepted, Failure>?

  init(_ acceptance: Acceptance, _ reply: Reply<Result<Accepted, Failure>>) {
    self.acceptance = acceptance
    self.reply = reply
  }

  var need: Need { .room }
  var loop: Loop? { reply.loop }

  func apply(_ writer: Writer) throws(DatabaseError) { result = try writer.accept(acceptance) }

  func refuse(_ failure: Failure) { result = .failure(failure) }

  func answer() { reply.deliver(result.dealtWith) }
}

final class SettleEntry: Entry, @unchecked Sendable {
  let sentAt = Instant.now
  /// Nil once it is answered.
  private var settlement: Settlement?
  private let reply: Reply<Result<Settled, Failure>>
  private var result: Result<ReceiptReference, Failure>?

  init(_ settlement: consuming Settlement, _ reply: Reply<Result<Settled, Failure>>) {
    self.settlement = settlement
    self.reply = reply
  }

  var need: Need { .certainty }
  var loop: Loop? { reply.loop }

  func apply(_ writer: Writer) throws(DatabaseError) { result = try writer.settle(&settlement!) }

  func refuse(_ failure: Failure) { result = .failure(failure) }

  func answer() {
    // Moved on, because a copy would count up whatever a record is made of.
    let settlement = settlement.take()!
    reply.deliver(result.dealtWith.map { Settled(settlement.record, $0) })
  }
}

extension Optional {
  /// What came of an entry that has been applied or refused.
  fileprivate var dealtWith: Wrapped {
    guard let self else { preconditionFailure("an entry is answered once it is dealt with") }
    return self
  }
}

extension [any Entry] {
  /// Gives the answers of all. What a batch was asked for wakes the loop once, and goes back to it
  /// whole: memory is freed where it came from, and no two threads want one arena.
  consuming func answer() {
    let entries = consume self
    for entry in entries where entry.loop == nil { entry.answer() }
    guard let loop = entries.lazy.compactMap(\.loop).first else { return }
    loop.post { for entry in entries where entry.loop != nil { entry.answer() } }
  }

  consuming func refuse(_ failure: Failure) {
    let entries = consume self
    for entry in entries { entry.refuse(failure) }
    entries.answer()
  }
}
