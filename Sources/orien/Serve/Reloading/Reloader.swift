import OrienModel
import OrienPlugins
import OrienSystem
import Synchronization

/// Keeps the node's plugins what `tools.d` holds: on a thread of its own it looks whenever something
/// there has changed, or somebody wants it to, and asks plugins now and then how they are.
final class Reloader: Sendable {
  /// A change is looked at when nothing has changed for so long, or, where something always does,
  /// after the longer of the two.
  private static let quiet = Duration.milliseconds(100)
  private static let longest = Duration.seconds(1)

  typealias Answer = Reply<Result<Void, Failure>>

  private let folder: ToolsFolder
  private let node: any PluginHost
  private let log: Log
  private let successions: Successions
  private let bell: Bell
  private let adopt: Inbox<ToolsContents>
  private let state: Mutex<State>
  private let ended = Channel<Never>()

  private struct State {
    var contents: ToolsContents
    /// Out of use for who comes anew.
    var retired: [Plugin] = []
    var asked: [Answer] = []
    /// Something is to be done that could not be when the folder was looked at last.
    var isDue = false
    var isClosing = false
  }

  /// `adopt` is told of what is there whenever that is another than it was.
  init(
    _ folder: ToolsFolder, _ contents: ToolsContents, for node: any PluginHost,
    adopt: Inbox<ToolsContents>, successions: Successions, log: Log
  ) throws(Failure) {
    self.folder = folder
    self.node = node
    self.log = log
    self.successions = successions
    self.adopt = adopt
    state = Mutex(State(contents: contents))
    do throws(SystemError) { bell = try Bell() } catch { throw error.failure("watching tools.d") }
    Thread("reloader") { [self] in
      work()
      ended.close()
    }.detach()
  }

  /// Looks now, whether anything was told or not, and answers once what is there has been adopted.
  func reload(then answer: Answer) {
    let isClosing = state.withLock { state in
      if !state.isClosing { state.asked.append(answer) }
      return state.isClosing
    }
    if isClosing { answer(.failure(Self.closing)) }
    bell.ring()
  }

  /// Looks now.
  func look() {
    state.withLock { $0.isDue = true }
    bell.ring()
  }

  private static let closing = Failure(.unavailable, "draining", "the node is going down")

  /// Closes a plugin that was replaced, and that nobody uses any more.
  func close(_ plugin: Plugin) {
    Thread("close") { [self] in
      do throws(Failure) {
        try plugin.close(within: .seconds(60))
      } catch {
        log.warning("a plugin did not close", ["error": error.description])
      }
      state.withLock { state in state.retired.removeAll { $0 === plugin } }
    }.detach()
  }

  /// Waits for what is under way, and answers the plugins that are open.
  func close() -> [Plugin] {
    let asked = state.withLock { state in
      state.isClosing = true
      return state.asked
    }
    for answer in asked { answer(.failure(Self.closing)) }
    bell.ring()
    _ = ended.receive()
    return state.withLock { $0.contents.plugins }
  }

  private func work() {
    var watch: FolderWatch?
    var rhythm = ProbeRhythm()
    var nextProbe = Instant.now + rhythm.next(away: away)
    do throws(SystemError) { watch = try FolderWatch(on: folder.path) } catch {
      log.warning("tools.d is not watched: reload plugins by hand", ["error": "\(error)"])
    }
    while !state.withLock({ $0.isClosing }) {
      var isChanged = false
      do throws(SystemError) {
        isChanged = try wait(watch, until: nextProbe)
      } catch {
        log.error("waiting for changes failed", ["error": "\(error)"])
        return
      }
      let (asked, isDue) = state.withLock { state in
        defer { (state.asked, state.isDue) = ([], false) }
        return (state.asked, state.isDue)
      }
      if isChanged || isDue || !asked.isEmpty {
        let result = Result { () throws(Failure) in try load() }
        for answer in asked { answer(result) }
      }
      if Instant.now >= nextProbe {
        Plugin.probe(state.withLock { $0.contents.plugins })
        nextProbe = .now + rhythm.next(away: away)
      }
    }
  }

  private var away: Set<String> {
    let away = state.withLock { $0.contents.plugins }.filter { plugin in
      if case .unavailable = plugin.state { true } else { false }
    }
    return Set(away.map(\.id))
  }

  /// True once the folder has changed and come to rest.
  private func wait(
    _ watch: FolderWatch?, until deadline: Instant
  ) throws(SystemError) -> Bool {
    var changedAt: Instant?
    var due = deadline
    while Instant.now < due {
      var wait = Wait()
      wait.add(bell.raw)
      let raw = watch?.raw
      if let raw { wait.add(raw) }
      try wait.wait(until: due)
      if wait.isReadable(bell.raw) {
        bell.silence()
        return changedAt != nil
      }
      guard let raw, wait.isReadable(raw) else { continue }
      try watch?.silence()
      let first = changedAt ?? .now
      changedAt = first
      due = min(.now + Self.quiet, first + Self.longest)
    }
    return changedAt != nil
  }

  private func load() throws(Failure) {
    let (before, retired) = state.withLock { ($0.contents, $0.retired) }
    let contents: ToolsContents
    do throws(Failure) {
      contents = try folder.load(for: node, after: before.plugins, beside: retired)
    } catch {
      log.error("plugins were not reloaded", ["error": error.description])
      throw error
    }
    successions.keep(contents.awaited)
    let gone = before.plugins.filter { plugin in
      !contents.plugins.contains { $0 === plugin }
    }
    state.withLock { state in
      state.contents = contents
      state.retired += gone
    }
    adopt.send(contents)
  }
}
