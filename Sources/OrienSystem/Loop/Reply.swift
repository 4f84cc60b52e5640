/// An answer's way back to the loop: made there, given to another thread, called from it.
///
/// The body may hold what belongs to the loop, because it is only ever run, and let go of, there.
package struct Reply<Value: Sendable>: Sendable {
  private let loop: Loop
  private let body: Confined<(Value) -> Void>

  init(loop: Loop, body: @escaping (Value) -> Void) {
    self.loop = loop
    self.body = Confined(body)
  }

  /// Runs the body with `value` on the loop.
  package func callAsFunction(_ value: Value) {
    loop.post { [body] in body.take()?(value) }
  }

  /// Several answers in one post: what comes in a batch wakes the loop once.
  package static func send(_ answers: [(Reply<Value>, Value)]) {
    guard let loop = answers.first?.0.loop else { return }
    loop.post { for (reply, value) in answers { reply.body.take()?(value) } }
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
