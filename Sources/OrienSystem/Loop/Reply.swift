/// An answer's way back: made on the loop, given to another thread, called from it.
///
/// The body may hold what belongs to the loop, because it is only ever run, and let go of, there.
package struct Reply<Value: Sendable>: Sendable {
  private let way: Way

  private enum Way: Sendable {
    case loop(Loop, Confined<(Value) -> Void>)
    case direct(@Sendable (Value) -> Void)
  }

  init(loop: Loop, body: @escaping (Value) -> Void) { way = .loop(loop, Confined(body)) }

  /// A way that does not lead to a loop: `body` runs on the thread that answers, and is quick.
  package init(direct body: @escaping @Sendable (Value) -> Void) { way = .direct(body) }

  /// Runs the body with `value` on the loop.
  package func callAsFunction(_ value: Value) { answer(value).send() }

  /// The answer, to be sent with others.
  package func answer(_ value: Value) -> Answer {
    switch way {
    case .loop(let loop, let body): Answer(loop: loop) { body.take()?(value) }
    case .direct(let body): Answer(loop: nil) { body(value) }
    }
  }
}

/// A reply with its value, on its way or not yet.
package struct Answer: Sendable {
  fileprivate let loop: Loop?
  fileprivate let run: @Sendable () -> Void

  package func send() {
    if let loop { loop.post(run) } else { run() }
  }

  /// Sends several, in order, with one post: what comes in a batch wakes the loop once.
  package static func send(_ answers: [Answer]) {
    let ours = answers.filter { $0.loop != nil }
    if let loop = ours.first?.loop {
      precondition(ours.allSatisfy { $0.loop === loop }, "answers of one batch have one loop")
      loop.post { for answer in ours { answer.run() } }
    }
    for answer in answers where answer.loop == nil { answer.run() }
  }
}

/// Holds what only the loop may touch while another thread carries it.
private final class Confined<Value>: @unchecked Sendable {
  private var value: Value?

  init(_ value: Value) { self.value = value }

  func take() -> Value? {
    defer { value = nil }
    return value
  }
}

extension Loop {
  /// Makes the way back of one answer: `body` runs once, on the loop, for the first of its calls.
  package func reply<Value: Sendable>(_ body: @escaping (Value) -> Void) -> Reply<Value> {
    assertCurrent()
    return Reply(loop: self, body: body)
  }
}
