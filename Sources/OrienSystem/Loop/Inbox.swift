public import Synchronization

/// A way to the loop that may be used many times, from any thread: what is sent arrives there in
/// order, many elements in one turn.
///
/// The body may hold what belongs to the loop, for it is only run, and let go of, there. `close()`
/// it when its owner ends; what is sent later goes nowhere. Public as a `Channel` is.
public final class Inbox<Element: Sendable>: @unchecked Sendable {
  @usableFromInline let loop: Loop
  @usableFromInline let waiting: Mutex<Waiting>
  @usableFromInline var body: ((Element) -> Void)?

  @usableFromInline struct Waiting {
    @usableFromInline var elements: [Element] = []
    @usableFromInline var isPosted = false

    @inlinable init() {}
  }

  @inlinable init(loop: Loop, body: @escaping (Element) -> Void) {
    self.loop = loop
    self.body = body
    waiting = Mutex(Waiting())
  }

  @inlinable deinit {}

  @inlinable public func send(_ element: Element) {
    let mustPost = waiting.withLock { waiting in
      waiting.elements.append(element)
      defer { waiting.isPosted = true }
      return !waiting.isPosted
    }
    if mustPost { loop.post { self.deliver() } }
  }

  /// Delivers nothing more. To be called on the loop.
  @inlinable public func close() {
    loop.assertCurrent()
    body = nil
  }

  @inlinable func deliver() {
    let elements = waiting.withLock { waiting in
      defer { waiting = Waiting() }
      return waiting.elements
    }
    for element in elements { body?(element) }
  }
}

extension Loop {
  /// Makes a way to the loop that may be used many times.
  @inlinable
  public func inbox<Element: Sendable>(_ body: @escaping (Element) -> Void) -> Inbox<Element> {
    assertCurrent()
    return Inbox(loop: self, body: body)
  }
}
