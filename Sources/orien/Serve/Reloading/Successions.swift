import OrienPlugins
import OrienSystem
import Synchronization

/// The backends that wait to be replaced until their calls are over: a load asks once, goes on with
/// all others, and is repeated when the answer has come. Any thread.
final class Successions: Sendable {
  /// What an idle backend takes to say that it is: for that a load waits.
  private static let moment = Duration.milliseconds(250)
  /// What calls of a backend may take to end before others begin again.
  static let patience = Duration.seconds(60)

  private struct Wait {
    let plugin: ObjectIdentifier
    let since = Instant.now
    var isQuiet = false
    /// A load has gone on without it.
    var isLate = false
  }

  /// By the plugins' ids.
  private let waits = Mutex<[String: Wait]>([:])
  private let news = Channel<String>()
  private let hold: @Sendable (String) -> Void

  /// `hold` begins nothing more of a plugin's and has `noteQuiet` called once nothing is under way.
  init(hold: @escaping @Sendable (String) -> Void) { self.hold = hold }

  /// Of a load.
  func ask(_ plugin: Plugin) -> Succession {
    let (id, key) = (plugin.id, ObjectIdentifier(plugin))
    let isNew = waits.withLock { waits in
      guard waits[id]?.plugin != key else { return false }
      waits[id] = Wait(plugin: key)
      return true
    }
    if isNew {
      // What came too late for the last load is no answer to this one.
      _ = news.drain(within: .zero)
      hold(id)
      let due = Instant.now + Self.moment
      while let said = news.receive(within: due.since(.now)), said != id {}
    }
    return waits.withLock { waits in
      guard let wait = waits[id] else { return .overdue }
      let isOverdue = Instant.now.since(wait.since) >= Self.patience
      if wait.isQuiet || isOverdue { waits[id] = nil }
      if wait.isQuiet { return .ready }
      waits[id]?.isLate = true
      return isOverdue ? .overdue : .waits
    }
  }

  /// True where a load is to be repeated for it.
  func noteQuiet(_ id: String) -> Bool {
    let isLate = waits.withLock { waits in
      waits[id]?.isQuiet = true
      return waits[id]?.isLate ?? false
    }
    news.send(id)
    return isLate
  }

  /// A load is over that awaits these: the others' places are not wanted any more, or taken.
  func keep(_ awaited: Set<String>) {
    waits.withLock { waits in waits = waits.filter { awaited.contains($0.key) } }
  }

  /// A load has gone on without it, and nothing came of it yet.
  func waits(for id: String) -> Bool { waits.withLock { $0[id] != nil } }
}
