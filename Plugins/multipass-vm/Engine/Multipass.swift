internal import OrienHTTPClient
internal import OrienKit
internal import Synchronization

/// The program `multipass`, which the manifest lets this plugin start outside of the jail.
final class Multipass: Sendable {
  /// A list of more instances than a machine could hold.
  private static let captureBytes: UInt64 = 4 << 20
  /// How long it counts as absent without being looked for again.
  private static let absenceMilliseconds: UInt64 = 60_000

  private let installations: [Installation]
  /// The folder of whoever the daemon knows: there the program keeps by what it is known.
  private let home: String
  /// For what the daemon answers by itself, without doing anything.
  let patienceMilliseconds: Int
  private let breaker: Breaker
  private let state = Mutex(State())

  private struct State {
    var found: Installation?
    var absence: (failure: Failure, until: UInt64)?
  }

  init(
    _ installations: [Installation], home: String, patienceMilliseconds: Int, breaker: Breaker
  ) {
    self.installations = installations
    self.home = home
    self.patienceMilliseconds = patienceMilliseconds
    self.breaker = breaker
  }

  /// Where it was started last.
  var path: String? { state.withLock { $0.found?.path } }

  /// Throws where it was not found lately: what the node may hear without starting anything.
  func checkPresence() throws(Failure) {
    let absence = state.withLock { $0.absence }
    if let absence, Pause.now < absence.until { throw absence.failure }
  }

  /// Asks what is answered at once by an engine that is well. Throws `unavailable` where it is not in
  /// time, and before asking where it has not been for some times.
  func ask(_ words: [String], by call: borrowing Call) throws(Failure) -> Answer {
    try breaker.begin(at: Pause.now)
    let answer: Answer
    do throws(Failure) {
      answer = try run(words, within: patienceMilliseconds, by: call)
    } catch {
      breaker.end(.unasked, at: Pause.now)
      throw error
    }
    breaker.end(answer.ending == .late ? .silent : .answered, at: Pause.now)
    if answer.ending == .late { throw answer.failure }
    return answer
  }

  /// Has it do something, which takes its time.
  func order(
    _ words: [String], input: String = "", within milliseconds: Int, by call: borrowing Call
  ) throws(Failure) -> Answer {
    try run(words, input: input, within: milliseconds, by: call)
  }

  // MARK: Where it is

  private func run(
    _ words: [String], input: String = "", within milliseconds: Int, by call: borrowing Call
  ) throws(Failure) -> Answer {
    let known = state.withLock { $0.found }
    var denied: [Installation] = []
    for installation in known.map({ [$0] }) ?? installations {
      let command = Command(
        installation.program, installation.words + words, environment: ["HOME": home],
        input: input, wallMilliseconds: UInt64(milliseconds), isOutside: true)
      do throws(Failure) {
        let captured = try call.run(command, capturing: Self.captureBytes)
        state.withLock { $0 = State(found: installation) }
        return Answer(words[0], captured)
      } catch {
        switch error.status {
        case .notFound: break
        case .denied: denied.append(installation)
        case .cancelled, .unavailable: throw error
        default:
          throw Failure(
            .unavailable, "\(installation.path) could not be started: \(error.message)",
            reason: "engine-not-started")
        }
      }
    }
    throw forget(absence(denied))
  }

  private func forget(_ failure: Failure) -> Failure {
    let until = Pause.now + Self.absenceMilliseconds
    state.withLock { $0 = State(absence: (failure, until)) }
    return failure
  }

  private func absence(_ denied: [Installation]) -> Failure {
    let absent = installations.filter { !denied.contains($0) }.map(\.path)
    let told = [
      absent.isEmpty ? nil : "there is no \(absent.joined(separator: ", no "))",
      denied.isEmpty
        ? nil
        : "the manifest's grants.programs do not let "
          + denied.map { "\"\($0.program)\" (\($0.path))" }.joined(separator: ", ")
          + " be started like this, or others may write to it",
    ]
    return Failure(
      .unavailable,
      "multipass cannot be started: \(told.compactMap { $0 }.joined(separator: "; ")). `snap "
        + "install multipass` installs it; config.binary says where else it is",
      reason: "engine-absent")
  }
}
