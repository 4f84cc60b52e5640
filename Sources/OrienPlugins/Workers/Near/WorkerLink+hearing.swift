import OrienModel
import OrienSystem
import Synchronization

// Who hears a worker. Its thread hears all that there is to hear; once the last of its calls were
// quick, and there is a loop that waits for them, the loop hears such calls itself and leaves to the
// thread what is none. A quick call has one thread less to wake then; what is not quick has one more,
// at most once in `quickReads`.

extension WorkerLink {
  /// So many reads in a row that brought nothing but whole calls have the loop hear what follows.
  private static let quickReads = 16

  /// Why nobody listens any more.
  enum Heard {
    case silence
    case refused(Failure)
    case condemned(Failure)
  }

  // MARK: On the thread

  /// Hears all that has come; `quick` counts the reads that brought nothing but whole calls.
  func hear(_ ear: WorkerEar, _ quick: inout Int) throws(Failure) -> Heard? {
    var isQuick = true
    var hasReturned = false
    var others = 0
    let heard: Heard? = try ear.hearing.withLock { hearing throws(Failure) -> Heard? in
      for message in hearing.takeLeft() {
        isQuick = false
        if let heard = try heed(message) { return heard }
      }
      while true {
        switch try hearing.next() {
        case .partial: return nil
        case .end: return .silence
        case .message(let message):
          let kind = WorkerMessage.Kind(rawValue: message.kind)
          if kind?.isOfQuickCalls != true { isQuick = false }
          if kind == .returned {
            hasReturned = true
            // Before its caller hears of it, who may begin the next one at once.
            others = state.withLock { $0.calls.carried.count - 1 }
          }
          if let heard = try heed(message) { return heard }
        }
      }
    }
    // A call that goes on may have said something already.
    let goesOn = hasReturned ? others > 0 : state.withLock { !$0.calls.isEmpty }
    if !isQuick || goesOn {
      quick = 0
    } else if hasReturned {
      quick += 1
    }
    return heard
  }

  private func heed(_ message: MessageReader.Message) throws(Failure) -> Heard? {
    let message = try WorkerMessage(kind: message.kind, id: message.id, body: message.body)
    if case .loaded(let failure?) = message { return .refused(failure) }
    take(message)
    return nil
  }

  /// Has the loop hear what follows, where all was quick for long enough.
  func lend(_ ear: WorkerEar, after quick: inout Int) {
    guard quick >= Self.quickReads, let loop = parts.loop else { return }
    quick = 0
    ear.lend()
    loop.post { [self] in attend(to: ear, on: loop) }
  }

  // MARK: On the loop

  /// How a watch finds itself; the loop has it for as long as it is one.
  private final class Seat {
    weak var watch: Watch?
  }

  private func attend(to ear: WorkerEar, on loop: Loop) {
    guard ear.isLent else { return }
    let seat = Seat()
    do throws(SystemError) {
      seat.watch = try loop.watch(ear.raw, .read) { [self] _ in
        if !hearOnLoop(ear) { seat.watch?.cancel() }
      }
    } catch {
      // The thread goes on as before.
      ear.giveBack()
      bell.ring()
    }
  }

  /// False where the loop is to hear no more.
  private func hearOnLoop(_ ear: WorkerEar) -> Bool {
    var isOver = false
    ear.hearing.withLockIfAvailable { hearing in
      guard ear.isLent else { return }
      if let messages = hearing.quickCalls(), heed(messages, &hearing) { return }
      ear.giveBack()
      isOver = true
    }
    if isOver { bell.ring() }
    // Nobody but the thread holds it, and only once it has it back.
    return ear.isLent
  }

  /// False where one of them makes no sense, which is the thread's to say.
  private func heed(
    _ messages: [MessageReader.Message], _ hearing: inout WorkerEar.Hearing
  ) -> Bool {
    for (place, message) in messages.enumerated() {
      guard
        let message = try? WorkerMessage(kind: message.kind, id: message.id, body: message.body)
      else {
        hearing.leave(messages[place...])
        return false
      }
      take(message)
    }
    return true
  }
}
