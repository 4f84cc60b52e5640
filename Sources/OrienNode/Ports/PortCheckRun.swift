import OrienModel
import OrienSystem

/// One look at all ports: part after part it listens at those that are free, has every checker try
/// them from outside, and tells what came of it. Belongs to the loop.
final class PortCheckRun {
  struct Finding {
    var port: UInt16
    var isListening: Bool
    var verdict: PortCheckClient.Verdict?
    /// The checker that has reached it.
    var verifiedBy: String?
  }

  struct Plan {
    var clients: [PortCheckClient]
    /// Of the range.
    var ports: [UInt16]
    /// At which the node itself listens.
    var own: [UInt16]
    /// Whether one leads to a machine, and so is listened at already.
    var isTaken: (UInt16) -> Bool
  }

  /// Each is one or two descriptors, and a checker takes no more than so many in one question.
  static let portsAtOnce = 256

  private let loop: Loop
  private let address: PublicAddress
  private let listeners: TrialListeners
  private let plan: Plan
  private var rest: ArraySlice<UInt16>
  private var clients: [PortCheckClient]
  private var complaints: [String] = []
  private var own: [UInt16]
  /// Those that were given to a machine while they were asked for: what is said of them means nothing.
  private(set) var disturbed: Set<UInt16> = []
  private var isAsking: Bool
  /// No checker has answered: from there on it is only seen where this node can listen.
  private var failure: Failure?
  var onFindings: ([Finding]) -> Void = { _ in }
  var onEnd: (Result<Void, Failure>) -> Void = { _ in }

  init(_ plan: Plan, at hosts: [NetworkAddress], as address: PublicAddress, on loop: Loop) {
    self.plan = plan
    self.address = address
    self.loop = loop
    listeners = TrialListeners(at: hosts, on: loop)
    rest = plan.ports[...]
    own = plan.own
    clients = plan.clients
    isAsking = !plan.clients.isEmpty
  }

  /// Nothing is told before this returns.
  func begin() { loop.soon { [weak self] in self?.step() } }

  /// A machine has it from here on.
  func leave(_ port: UInt16) {
    listeners.close(port)
    disturbed.insert(port)
  }

  func cancel() {
    onFindings = { _ in }
    onEnd = { _ in }
    rest = []
    listeners.closeAll()
  }

  private func step() {
    guard !rest.isEmpty || !own.isEmpty else {
      return onEnd(failure.map { .failure($0) } ?? .success(()))
    }
    let part = rest.prefix(Self.portsAtOnce)
    rest = rest.dropFirst(part.count)
    disturbed = []
    let listening = Set(part.filter { plan.isTaken($0) || listeners.open($0) })
    let mine = own
    own = []
    guard isAsking else { return conclude(part, mine, listening, [:]) }
    ask(for: mine + part.filter(listening.contains)) { [weak self] answers in
      self?.conclude(part, mine, listening, answers)
    }
  }

  /// Answers what every checker that still answers has said, by its name.
  private func ask(
    for ports: [UInt16], _ answer: @escaping ([String: PortCheckClient.Verdicts]) -> Void
  ) {
    guard !ports.isEmpty else {
      return loop.soon { answer([:]) }
    }
    var answers: [String: PortCheckClient.Verdicts] = [:]
    var awaited = clients.count
    for client in clients {
      let take = { [weak self] (result: Result<PortCheckClient.Verdicts, Failure>) in
        switch result {
        case .success(let verdicts): answers[client.name] = verdicts
        case .failure(let failure):
          self?.complaints.append(failure.message)
          self?.clients.removeAll { $0 === client }
        }
        awaited -= 1
        if awaited == 0 { answer(answers) }
      }
      address.find(towards: client.url) { result in
        switch result {
        case .success(let own): client.check(ports, of: own, then: take)
        case .failure(let failure): take(.failure(failure))
        }
      }
    }
  }

  private func conclude(
    _ part: ArraySlice<UInt16>, _ own: [UInt16], _ listening: Set<UInt16>,
    _ answers: [String: PortCheckClient.Verdicts]
  ) {
    listeners.closeAll()
    if isAsking, clients.isEmpty {
      failure = Failure(.unavailable, "no-checker", complaints.joined(separator: "; "))
      isAsking = false
    }
    onFindings(
      part.filter { !disturbed.contains($0) }.map {
        finding($0, isListening: listening.contains($0), answers)
      } + own.map { finding($0, isListening: true, answers) })
    loop.soon { [weak self] in self?.step() }
  }

  private func finding(
    _ port: UInt16, isListening: Bool, _ answers: [String: PortCheckClient.Verdicts]
  ) -> Finding {
    var finding = Finding(port: port, isListening: isListening)
    for (name, verdicts) in answers.sorted(by: { $0.key < $1.key }) {
      guard let verdict = verdicts[port] else { continue }
      if finding.verdict != .reached { finding.verdict = verdict }
      if verdict == .reached, finding.verifiedBy == nil { finding.verifiedBy = name }
    }
    return finding
  }
}
