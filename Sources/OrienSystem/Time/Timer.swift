/// Something the loop does later, once, unless it is cancelled first. Belongs to the loop's thread.
package final class Timer {
  private unowned let loop: Loop
  private var body: (() -> Void)?

  init(loop: Loop, body: @escaping () -> Void) {
    self.loop = loop
    self.body = body
  }

  /// It has fired, or was cancelled.
  package var isOver: Bool { body == nil }

  /// Does nothing where it is over or cancelled already.
  package func cancel() {
    guard body != nil else { return }
    body = nil
    loop.noteCancelledTimer()
  }

  func fire() {
    let body = self.body
    self.body = nil
    body?()
  }
}
