package import OrienModel
import OrienSystem
import Synchronization

/// What is in `tools.d`, judged one after the other while another thread loads what has been, or before
/// that. None of it is loaded into this process by it.
package final class Judgement: Sendable {
  private let steps = Channel<Step>()
  private let state = Mutex(State())

  enum Step: Sendable {
    /// There are no more candidates than `names`.
    case begun(PluginStore, names: Int, refused: [RefusedPlugin])
    case found(Candidate)
    case failed(Failure)
  }

  private struct State {
    var candidates: [Candidate?] = []
    /// Those that nothing is asked of again, however they came off.
    var isSettled: [Bool] = []
    var told = 0
  }

  package init() {}

  func begin(_ store: PluginStore, names: Int, refused: [RefusedPlugin]) {
    state.withLock { state in
      state.candidates = [Candidate?](repeating: nil, count: names)
      state.isSettled = [Bool](repeating: false, count: names)
    }
    steps.send(.begun(store, names: names, refused: refused))
  }

  /// Takes a candidate by its place among the names, and tells of it once all before it are settled, as
  /// it is then: whoever is slow may be asked again.
  func note(_ candidate: Candidate, at place: Int, mayBeAskedAgain: Bool) {
    state.withLock { state in
      // Whom there was no time to ask again stays as slow as it was.
      if candidate.reason != "late" || state.candidates[place] == nil {
        state.candidates[place] = candidate
      }
      state.isSettled[place] = candidate.reason != "slow" || !mayBeAskedAgain
      while state.told < state.candidates.count, state.isSettled[state.told] {
        let next = state.candidates[state.told]!
        state.told += 1
        if case .nothing = next.outcome { continue }
        steps.send(.found(next))
      }
    }
  }

  /// The places of those that are to be asked again.
  var slow: [Int] {
    state.withLock { state in state.isSettled.indices.filter { !state.isSettled[$0] } }
  }

  /// What all of them are by now.
  var hashes: [String] { state.withLock { $0.candidates.compactMap { $0?.hash } } }

  func end() { steps.close() }

  func end(failing failure: Failure) {
    steps.send(.failed(failure))
    steps.close()
  }

  /// Waits for what comes next; nil: nothing does.
  func next() -> Step? { steps.receive() }
}

extension ToolsFolder {
  /// Judges what is there. Blocks as `load` does, but for what it does with the plugins' code in this
  /// process; any thread. A manifest that is as it was when `named` was found is not parsed anew.
  ///
  /// For a `load`, `plugins` are all that are there: the store lets go of what is of none of them, nor
  /// of anything that is judged. Nil where nothing is loaded. `onSlow` is told before what takes its time
  /// or changes the store, and may wait.
  package func judge(
    into judgement: Judgement,
    knowing named: @autoclosure () throws(Failure) -> NamedPlaces = NamedPlaces(),
    beside plugins: [Plugin]?, onSlow: @escaping @Sendable () -> Void = {}
  ) throws(Failure) {
    do throws(Failure) {
      let manifests = try named().manifests
      if HostFile.kind(at: storePath) == nil { onSlow() }
      let (store, folder) = (try store(), try Folder(at: path))
      let (names, refused) = try libraries(in: folder)
      judgement.begin(store, names: names.count, refused: refused)
      let examination = Examination(
        folder: folder, store: store,
        scanner: Scanner(worker: worker, together: .init(patience(of: names.count))),
        trust: trust, settings: settings, manifests: manifests, onSlow: onSlow)
      examine(names, examination, into: judgement)
      if let plugins {
        onSlow()
        prune(store, keeping: judgement.hashes + plugins.map(\.hash))
      }
      judgement.end()
    } catch {
      judgement.end(failing: error)
      throw error
    }
  }

  /// What is left there costs room, and nobody a plugin.
  private func prune(_ store: PluginStore, keeping hashes: [String]) {
    do throws(Failure) { try store.prune(keeping: Set(hashes)) } catch { onUntidy(error) }
  }

  /// Judges all, and asks those again that were slow.
  private func examine(
    _ names: [FolderPath], _ examination: Examination, into judgement: Judgement
  ) {
    var examination = examination
    for (turn, patience) in scanPatience.enumerated() {
      let places = turn == 0 ? Array(names.indices) : judgement.slow
      guard !places.isEmpty else { return }
      examination.scanner.patience = patience
      Self.judge(places.map { ($0, names[$0]) }, examination) { place, candidate in
        judgement.note(candidate, at: place, mayBeAskedAgain: turn + 1 < scanPatience.count)
      }
    }
  }

  /// Two at a time from the first that takes its time.
  private static func judge(
    _ names: [(Int, FolderPath)], _ examination: Examination,
    _ take: @escaping @Sendable (Int, Candidate) -> Void
  ) {
    let jobs = Channel<(Int, FolderPath)>()
    for name in names { jobs.send(name) }
    jobs.close()
    let work = { @Sendable (examination: Examination) in
      while let (place, name) = jobs.receive() { take(place, examination.candidate(name)) }
    }
    let second = Mutex<Thread?>(nil)
    var calling = examination
    calling.onSlow = {
      examination.onSlow()
      second.withLock { if $0 == nil { $0 = Thread("scan") { work(examination) } } }
    }
    work(calling)
    second.withLock { $0 }?.join()
  }
}
