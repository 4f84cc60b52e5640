import OrienSystem

/// One line to whoever waits on a terminal, gone when the wait is over; elsewhere nothing is said.
final class Progress {
  private let console: Console
  private var text: String
  private let began = Instant.now
  private let isShown = StandardStream.errors.isTerminal

  init(_ text: String, _ console: Console) {
    self.console = console
    self.text = text
    show()
  }

  deinit { end() }

  private var isOver = false

  private func show() {
    guard isShown else { return }
    let seconds = Instant.now.since(began).components.seconds
    let passed = seconds > 0 ? " \(seconds) s" : ""
    try? console.write("\r\u{1B}[K\(text) ...\(passed)", to: .errors)
  }

  /// Shows something else from now on.
  func change(to text: String) {
    self.text = text
    show()
  }

  /// Waits, and shows how long it has been.
  func wait(_ time: Duration) {
    // Nobody sends anything: it is a pause.
    _ = Channel<Void>().receive(within: time)
    show()
  }

  func end() {
    guard isShown, !isOver else { return }
    isOver = true
    try? console.write("\r\u{1B}[K", to: .errors)
  }
}
