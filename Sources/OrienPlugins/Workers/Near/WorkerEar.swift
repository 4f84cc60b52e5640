import OrienModel
import OrienSystem
import Synchronization

/// The near end of the way to a worker, for who hears it: the worker's thread, or the loop while its
/// calls are quick. A thread that hears what the loop waits for wakes it in its turn, and to wake a
/// processor that rests takes longer than a quick call.
///
/// One of them hears at a time, and what the one has left over the other hears first.
final class WorkerEar: Sendable {
  let raw: Int32
  /// Held by who hears, the thread also while it waits for a disk: the loop only tries it.
  let hearing: Mutex<Hearing>
  private let lent = Atomic(false)

  init(_ socket: consuming Descriptor) {
    raw = socket.raw
    hearing = Mutex(Hearing(socket))
  }

  /// The loop hears, or will in a moment.
  var isLent: Bool { lent.load(ordering: .acquiring) }

  /// To the loop, by the thread.
  func lend() { lent.store(true, ordering: .releasing) }

  /// By the loop, with what is the thread's to hear.
  func giveBack() { lent.store(false, ordering: .releasing) }

  /// By the thread: the loop hears nothing that comes later.
  func takeBack() { hearing.withLock { _ in giveBack() } }

  struct Hearing: ~Copyable {
    let socket: Descriptor
    var reader = MessageReader(takesDescriptors: false)
    /// What the loop has read and not heard.
    private var left: [MessageReader.Message] = []
    /// Why it could read no more.
    private var fault: Failure?

    /// The most that the loop hears at once.
    private static let quickBytes = 32 << 10

    init(_ socket: consuming Descriptor) { self.socket = socket }

    /// What comes before anything that is read.
    mutating func takeLeft() -> [MessageReader.Message] {
      defer { left = [] }
      return left
    }

    /// Waits for nobody.
    mutating func next() throws(Failure) -> MessageReader.Step {
      if let fault { throw fault }
      return try reader.next(from: socket)
    }

    /// Reads once. Nil where what came is the thread's to hear.
    mutating func quickCalls() -> [MessageReader.Message]? {
      var count = 0
      do throws(Failure) {
        // A socket that is broken is at its end for who reads it next.
        guard let filled = try? reader.fill(from: socket) else { return nil }
        count = filled
        while let message = try reader.takeMessage() { left.append(message) }
      } catch {
        fault = error
        return nil
      }
      guard (1...Self.quickBytes).contains(count), reader.isBetweenMessages, left.areQuickCalls
      else { return nil }
      return takeLeft()
    }

    /// Leaves them to the thread, before what was left already.
    mutating func leave(_ messages: ArraySlice<MessageReader.Message>) {
      left.insert(contentsOf: messages, at: 0)
    }
  }
}

extension WorkerMessage.Kind {
  /// What a call says that asks for nothing, and what a worker says of itself beside calls.
  var isOfQuickCalls: Bool {
    switch self {
    case .emit, .meter, .ended, .returned, .holds: true
    case .loaded, .request, .log, .probed: false
    }
  }
}

extension [MessageReader.Message] {
  /// Each call that says something here returns here: it says nothing later, so that all of its
  /// output is in these few bytes, for which no host keeps anybody waiting.
  fileprivate var areQuickCalls: Bool {
    // As many are looked through for each.
    guard count <= 256 else { return false }
    return indices.allSatisfy { place in
      guard let kind = WorkerMessage.Kind(rawValue: self[place].kind), kind.isOfQuickCalls else {
        return false
      }
      return kind == .holds
        || self[place...].contains {
          $0.kind == WorkerMessage.Kind.returned.rawValue && $0.id == self[place].id
        }
    }
  }
}
