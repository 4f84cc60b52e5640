import OrienKernel
import OrienLedger
import OrienModel
import OrienPlugins
import OrienSystem

/// What a backend needs around it to be asked what a node would ask of it: a process of its own, a
/// ledger, and the roles' page, in a folder that goes with the bench. No node is needed or touched.
final class BackendBench {
  struct Verdict {
    var name: String
    var operation: String
    /// Nil: the check passed.
    var fault: String?
  }

  let plugin: Plugin
  private let page: RolePage
  private let folder: TemporaryFolder
  private let ledger: Ledger
  private let loop: Loop
  private let operations: Operations

  /// `path` is absolute. Blocks for the scan; failures are the library's, or of this machine.
  init(
    _ path: String, _ page: RolePage, worker: String, log: Log
  ) throws(Failure) {
    self.page = page
    // Whoever runs this named the file, by whatever links: the loader follows none.
    let library = HostFile.resolved(path) ?? path
    let slash = library.lastIndex(of: "/") ?? library.startIndex
    folder = try TemporaryFolder(in: "/tmp")
    let own = folder.folder.path
    do throws(Failure) {
      do throws(SystemError) { loop = try Loop() } catch { throw error.failure("starting a loop") }
      ledger = try Ledger.open(folder: own + "/state") { failure in
        log.error("the ledger cannot go on", ["error": failure.description])
      }
      let tools = ToolsFolder(
        path: slash == library.startIndex ? "/" : String(library[..<slash]),
        storePath: own + "/plugins", worker: worker, nodeVersion: Release.version)
      plugin = try tools.alone(
        String(library[library.index(after: slash)...]), for: PluginServices(ledger, log: log))
    } catch {
      try folder.remove()
      throw error
    }
    operations = Operations(
      Operations.Parts(loop: loop, ledger: ledger, log: log, grace: .seconds(2)),
      RoleChoice(pages: [page], plugins: [page.id: plugin.id]), [plugin])
  }

  /// Makes all checks in their order. A backend that does not fit its page is asked nothing.
  func run() -> [Verdict] {
    let fit = Result { () throws(Failure) in try operations.table.backend(of: page.id) }
    var verdicts = [
      Verdict(name: "fits its page", operation: "", fault: fit.failure.map(\.message))
    ]
    guard fit.failure == nil else { return verdicts }
    for check in page.checks {
      let answer = ask(check.operation, check.arguments)
      verdicts.append(
        Verdict(name: check.name, operation: check.operation, fault: check.fault(in: answer)))
    }
    return verdicts
  }

  /// Whether it is a backend of the role at all.
  var fits: Bool { (try? operations.table.backend(of: page.id)) != nil }

  /// Asks for one operation, and waits for the answer.
  func ask(_ operation: String, _ arguments: JSON) -> Result<JSON, Failure> {
    var answer: Result<JSON, Failure>?
    operations.perform(operation, of: page.id, arguments) { [loop] result in
      answer = result
      loop.stop()
    }
    loop.run()
    guard let answer else { preconditionFailure("an operation is answered once") }
    return answer
  }

  /// Ends the backend's process and removes all that the bench was.
  func close() throws(Failure) {
    try plugin.close(within: .seconds(5))
    ledger.close()
    try folder.remove()
  }
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

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let failure) = self { failure } else { nil }
  }
}
