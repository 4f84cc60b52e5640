/// An answer's way back: made on the loop, given to another thread, called from it.
///
/// The body may hold what belongs to the loop, because it is only ever run, and let go of, there.
/// Public as a `Channel` is.
public struct Reply<Value: Sendable>: Sendable {
  @usableFromInline let way: Way

  @usableFromInline enum Way: Sendable {
    case loop(Loop, Confined<(Value) -> Void>)
    case direct(@Sendable (Value) -> Void)
  }

  @inlinable
  init(loop: Loop, body: @escaping (Value) -> Void) { way = .loop(loop, Confined(body)) }

  /// A way that does not lead to a loop: `body` runs on the thread that answers, and is quick.
  @inlinable public init(direct body: @escaping @Sendable (Value) -> Void) { way = .direct(body) }

  /// Runs the body with `value` on the loop.
  @inlinable public func callAsFunction(_ value: Value) {
    switch way {
    case .loop(let loop, let body): loop.post { body.take()?(value) }
    case .direct(let body): body(value)
    }
  }

  /// Where the body runs; nil where it runs on the thread that answers.
  @inlinable public var loop: Loop? {
    if case .loop(let loop, _) = way { loop } else { nil }
  }

  /// Runs the body here and now: for what has come to its loop already, with others.
  @inlinable public func deliver(_ value: Value) {
    switch way {
    case .loop(let loop, let body):
      loop.assertCurrent()
      body.take()?(value)
    case .direct(let body): body(value)
    }
  }
}

/// Holds what only the loop may touch while another thread carries it.
@usableFromInline final class Confined<Value>: @unchecked Sendable {
  @usableFromInline var value: Value?

  @inlinable init(_ value: Value) { self.value = value }

  @inlinable deinit {}

  @inlinable func take() -> Value? {
    defer { value = nil }
    return value
  }
}

extension Loop {
  /// Makes the way back of one answer: `body` runs once, on the loop, for the first of its calls.
  @inlinable
  public func reply<Value: Sendable>(_ body: @escaping (Value) -> Void) -> Reply<Value> {
    assertCurrent()
    return Reply(loop: self, body: body)
  }
}
