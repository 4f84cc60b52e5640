import OrienKernel
import OrienModel
import OrienSystem

/// Finds which of several backends of `vm/1` is the node's where the operator has named none: the one
/// that has its machines, else the only one whose engine is on this machine. Where several are, none
/// is, and the operator is told what to set. Belongs to the loop.
final class SoleBackend {
  private let kernel: Kernel
  private let loop: Loop
  private let log: Log
  private var isAsking = false
  private var timer: Timer?
  /// What was told last; nil: nothing yet.
  private var said: RoleFinding??

  private static let role = RoleMachines.role
  private static let patience = Duration.seconds(30)
  private static let asking = Failure(
    .unavailable, "starting", "the backends of \(role) are being asked whether they can: try again")

  init(_ kernel: Kernel, on loop: Loop, log: Log) {
    self.kernel = kernel
    self.loop = loop
    self.log = log
  }

  /// Looks whether there is something to find, and calls `body` when one was. `owners` have this node's
  /// machines. Each is only asked, which starts its process, where it `isWanted`.
  func look(among owners: Set<String>, isWanted: Bool, onFound body: @escaping () -> Void) {
    guard kernel.operations.table.isOpen(Self.role), !isAsking else { return }
    let candidates = kernel.operations.table.backends(of: Self.role)
    timer?.cancel()
    // Another than the one that has them would be told that they are gone.
    guard owners.isEmpty else {
      guard owners.count == 1, let owner = owners.first,
        candidates.contains(where: { $0.id == owner })
      else { return }
      take(.sole(plugin: owner, because: "it has this node's machines"))
      return body()
    }
    let absences = candidates.map { (plugin: $0.id, absence: $0.missingPrograms) }
    guard absences.count(where: { $0.absence == nil }) > 1 else {
      return settle(absences, isWanted, onFound: body)
    }
    guard isWanted else { return kernel.operations.take(nil, of: Self.role) }
    isAsking = true
    kernel.operations.take(.nobody(Self.asking), of: Self.role)
    ask(candidates[...], []) { [self] answers in
      isAsking = false
      settle(answers, isWanted, onFound: body)
    }
  }

  private func settle(
    _ answers: [Answer], _ isWanted: Bool, onFound body: @escaping () -> Void
  ) {
    let finding = Self.finding(answers)
    take(finding)
    switch finding {
    case .sole: body()
    // An engine may come; of another plugin it is told.
    case .nobody:
      timer = loop.schedule(after: Self.patience) { [self] in
        look(among: [], isWanted: isWanted, onFound: body)
      }
    case nil: break
    }
  }

  func end() { timer?.cancel() }

  private typealias Answer = (plugin: String, absence: String?)

  /// One after the other, in the order of their ids.
  private func ask(
    _ candidates: ArraySlice<Backend>, _ answers: [Answer], then body: @escaping ([Answer]) -> Void
  ) {
    guard let next = candidates.first else { return body(answers) }
    if let absence = next.missingPrograms {
      return ask(candidates.dropFirst(), answers + [(next.id, absence)], then: body)
    }
    kernel.operations.perform("probe", by: next, .object([])) { [self] result in
      ask(candidates.dropFirst(), answers + [(next.id, result.absence)], then: body)
    }
  }

  private static func finding(_ answers: [Answer]) -> RoleFinding? {
    let there = answers.filter { $0.absence == nil }
    let absences = answers.compactMap { answer in answer.absence.map { "\(answer.plugin): \($0)" } }
    switch there.count {
    case 0:
      return .nobody(
        Failure(
          .unavailable, "no-engine",
          "no backend of \(role) can work on this machine: " + absences.joined(separator: "; ")))
    case 1:
      return .sole(
        plugin: there[0].plugin,
        because: "no other can work on this machine: " + absences.joined(separator: "; "))
    default: return nil
    }
  }

  private func take(_ finding: RoleFinding?) {
    kernel.operations.take(finding, of: Self.role)
    guard finding != said else { return }
    said = finding
    switch finding {
    case .sole(let plugin, let because):
      log.info("a backend was chosen", ["role": Self.role, "plugin": plugin, "because": because])
    case .nobody(let failure):
      log.warning("there is no backend", ["role": Self.role, "because": failure.message])
    case nil:
      let failure = kernel.trouble(of: Self.role)
      log.warning("there is no backend", ["role": Self.role, "because": failure?.message ?? ""])
    }
  }
}

extension Result<JSON, Failure> {
  /// Why an engine that was asked is not on this machine; nil where it is, though it may lack something.
  fileprivate var absence: String? {
    switch self {
    case .failure(let failure): failure.message
    case .success(let probe):
      if probe["available"]?.bool == true || probe["version"] != nil || probe["path"] != nil {
        nil
      } else {
        probe["reason"]?.string ?? "it does not say why"
      }
    }
  }
}
