import OrienSystem

/// What lost launchers carried, until the keeper says that nothing of it is left: only then may its
/// end be told. Belongs to the loop's thread.
final class Losses {
  /// More than it takes to see that the keeper hangs, and the next one to clear up after it.
  static let patience = Duration.seconds(30)

  private final class Loss {
    /// 0: its keeper is gone as well.
    var launcher: UInt64
    var processes: [UInt64]
    var bound: Timer?

    init(_ launcher: UInt64, _ processes: [UInt64]) {
      self.launcher = launcher
      self.processes = processes
    }

    deinit { bound?.cancel() }
  }

  private let loop: Loop
  private let log: Log
  private let patience: Duration
  private let onOver: (UInt64) -> Void
  /// The earliest first.
  private var losses: [Loss] = []

  /// `onOver` is called once for each process that was lost.
  init(
    loop: Loop, log: Log, patience: Duration = Losses.patience, onOver: @escaping (UInt64) -> Void
  ) {
    self.loop = loop
    self.log = log
    self.patience = patience
    self.onOver = onOver
  }

  /// A launcher that carried nothing may still be the one by which the keeper means those before.
  func add(_ launcher: UInt64, _ processes: [UInt64]) {
    let loss = Loss(launcher, processes)
    losses.append(loss)
    guard !processes.isEmpty else { return }
    loss.bound = loop.schedule(after: patience) { [unowned self, unowned loss] in giveUp(loss) }
  }

  /// The keeper is gone; the next one answers for all that there is by now.
  func inherit() { for loss in losses { loss.launcher = 0 } }

  /// Nothing is left of `launcher` and of those before it.
  func clear(_ launcher: UInt64) {
    // Of two with one number the earlier: too little is told rather than too much.
    let last =
      launcher == 0
      ? losses.lastIndex { $0.launcher == 0 } : losses.firstIndex { $0.launcher == launcher }
    guard let last else { return }
    let over = losses[...last].flatMap(\.processes)
    losses.removeSubrange(...last)
    for id in over { onOver(id) }
  }

  /// Nobody waits for ever; but this is what must not be.
  private func giveUp(_ loss: Loss) {
    log.error(
      "what a lost launcher carried ends here, and may still run: the keeper has not said otherwise",
      [
        "waited": "\(patience)", "launcher": "\(loss.launcher)",
        "processes": "\(loss.processes.count)",
      ])
    let over = loss.processes
    loss.processes = []
    for id in over { onOver(id) }
  }
}
