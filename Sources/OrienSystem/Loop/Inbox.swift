import Synchronization

/// A way to the loop that may be used many times, from any thread: what is sent arrives there in
/// order, many elements in one turn.
///
/// The body may hold what belongs to the loop, for it is only run, and let go of, there. `close()`
/// it when its owner ends; what is sent later goes nowhere.
package final class Inbox<Element: Sendable>: @unchecked Sendable {
  private let loop: Loop
  private let waiting = Mutex(Waiting())
  private var body: ((Element) -> Void)?

  private struct Waiting {
    var elements: [Element] = []
    var isPosted = false
  }

  fileprivate init(loop: Loop, body: @escaping (Element) -> Void) {
    self.loop = loop
    self.body = body
  }

  package func send(_ element: Element) {
    let mustPost = waiting.withLock { waiting in
      waiting.elements.append(element)
      defer { waiting.isPosted = true }
      return !waiting.isPosted
    }
    if mustPost { loop.post { self.deliver() } }
  }

  /// Delivers nothing more. To be called on the loop.
  package func close() {
    loop.assertCurrent()
    body = nil
  }

  private func deliver() {
    let elements = waiting.withLock { waiting in
      defer { waiting = Waiting() }
      return waiting.elements
    }
    for element in elements { body?(element) }
  }
}

extension Loop {
  /// Makes a way to the loop that may be used many times.
  package func inbox<Element: Sendable>(_ body: @escaping (Element) -> Void) -> Inbox<Element> {
    assertCurrent()
    return Inbox(loop: self, body: body)
  }
}
