import OrienKernel
import OrienModel
import OrienPlugins
import OrienSystem

/// One plugin on a bench, asked what a node would ask of the role's backend, and what the role's page
/// has as checks.
final class BackendBench {
  struct Verdict {
    var name: String
    var operation: String
    /// Nil: the check passed.
    var fault: String?
    /// Why a backend that keeps to its page can do nothing here.
    var inability: String?
  }

  let plugin: Plugin
  private let page: RolePage
  private let bench: Workbench
  private let operations: Operations

  /// `path` is absolute. Blocks for the scan; failures are the library's, or of this machine.
  init(_ path: String, _ page: RolePage, on bench: Workbench) throws(Failure) {
    self.page = page
    self.bench = bench
    plugin = try bench.plugin(at: path)
    operations = bench.operations(of: page, by: plugin)
  }

  /// Makes all checks in their order. A backend that does not fit its page is asked nothing, nor is one
  /// whose process a node could not start on this machine.
  func run() -> [Verdict] {
    var verdicts = [Verdict(name: "fits its page", operation: "", fault: misfit)]
    guard misfit == nil else { return verdicts }
    for check in page.checks {
      let answer = ask(check.operation, check.arguments)
      if case .failure(let failure) = answer, failure == plugin.trouble {
        verdicts.append(
          Verdict(
            name: "can be asked here", operation: "", fault: failure.message))
        return verdicts
      }
      verdicts.append(
        Verdict(
          name: check.name, operation: check.operation, fault: check.fault(in: answer),
          inability: answer.inability))
    }
    return verdicts
  }

  /// Why it is no backend of the role that the page describes.
  private var misfit: String? {
    guard plugin.roles.contains(page.id) else {
      let roles = plugin.roles.sorted().joined(separator: " and ")
      return "\(plugin.id) is no backend of \(page.id)" + (roles.isEmpty ? "" : ", but of \(roles)")
    }
    do throws(Failure) {
      _ = try operations.table.backend(of: page.id)
      return nil
    } catch {
      return error.message
    }
  }

  /// Whether it is a backend of the role at all.
  var fits: Bool { misfit == nil }

  /// Asks for one operation, and waits for the answer.
  func ask(_ operation: String, _ arguments: JSON) -> Result<JSON, Failure> {
    var answer: Result<JSON, Failure>?
    operations.perform(operation, of: page.id, arguments) { [loop = bench.loop] result in
      answer = result
      loop.stop()
    }
    bench.loop.run()
    guard let answer else { preconditionFailure("an operation is answered once") }
    // Why its process does not start says more than that it has not.
    if case .failure = answer, let failure = plugin.trouble { return .failure(failure) }
    return answer
  }

  /// Ends the backend's process.
  func close() throws(Failure) { try bench.close(plugin) }
}

extension RoleCheck {
  /// What is not as expected; nil where all is.
  fileprivate func fault(in answer: Result<JSON, Failure>) -> String? {
    switch (expected, answer) {
    case (.result(let members), .success(let json)):
      for member in members where json[member.name] != member.value {
        let found = json[member.name].map { String(decoding: $0.compact, as: UTF8.self) }
        let wanted = String(decoding: member.value.compact, as: UTF8.self)
        return "result.\(member.name): expected \(wanted), got \(found ?? "nothing")"
      }
      return nil
    case (.result, .failure(let failure)): return "expected an answer, got \(failure.description)"
    case (.failure(let foreseen), .failure(let failure)):
      return foreseen.matches(failure)
        ? nil : "expected \(foreseen.told), got \(failure.description)"
    case (.failure(let foreseen), .success): return "expected \(foreseen.told), got an answer"
    }
  }
}

extension Result<JSON, Failure> {
  /// What a probe says that answers that it cannot.
  fileprivate var inability: String? {
    guard case .success(let answer) = self, answer["available"]?.bool == false else { return nil }
    return answer["reason"]?.string ?? "it does not say why"
  }
}
