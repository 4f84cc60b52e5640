import CLinux

/// One turn of the loop after the other, on its thread: whom it has something for hears of it when
/// the turn is over. A thread that is woken for each thing finds one each time, and takes the
/// processor from who would have sent the next.
///
/// Belongs to the thread that takes its turns.
final class Turn {
  private var sleepers: [any Sleeper] = []

  /// The calling thread's, while it is in one.
  static var current: Turn? {
    guard let slot = linux_turn() else { return nil }
    return Unmanaged<Turn>.fromOpaque(slot).takeUnretainedValue()
  }

  func take(_ body: () -> Void) {
    linux_set_turn(Unmanaged.passUnretained(self).toOpaque())
    body()
    linux_set_turn(nil)
    tellSleepers()
  }

  func note(_ sleeper: any Sleeper) { sleepers.append(sleeper) }

  func tellSleepers() {
    for sleeper in sleepers { sleeper.wake() }
    sleepers.removeAll(keepingCapacity: true)
  }
}

/// Something that a thread waits at.
protocol Sleeper: AnyObject {
  /// Wakes one that waits.
  func wake()
}
