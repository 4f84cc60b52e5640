package import OrienModel
import OrienPlugins
import OrienSystem

extension Kernel {
  /// Asks the backend of a role; see `Operations`. A node that goes down still closes things.
  package func perform(
    _ operation: String, of role: String, _ arguments: JSON, within patience: Duration? = nil,
    then answer: @escaping (Result<JSON, Failure>) -> Void
  ) {
    let isClosing =
      (try? operations.table.backend(of: role))?.page.operation(operation)?.lane == .closing
    guard !isDraining || isClosing else {
      let draining = Failure(.unavailable, "draining", "the node is going down")
      return parts.loop.soon { answer(.failure(draining)) }
    }
    operations.perform(operation, of: role, arguments, within: patience, then: answer)
  }

  /// The id of the plugin that is the role's backend, whether it can be asked now or not.
  package func backend(of role: String) throws(Failure) -> String {
    try operations.table.backend(of: role).plugin.id
  }

  /// Which of all that have been a role's backend would be asked now; nil where none would.
  package func life(of role: String) -> BackendLife? {
    (try? operations.table.backend(of: role)).map { BackendLife($0.plugin) }
  }

  /// Why a role's backend cannot be asked now, or that there is none; nil where it can.
  package func trouble(of role: String) -> Failure? {
    do throws(Failure) {
      return try operations.table.backend(of: role).plugin.trouble
    } catch {
      return error
    }
  }

  /// Why a role's backend cannot be asked now; nil where it can.
  package func trouble(of row: RoleTable.Row) -> Failure? {
    switch row.backend {
    case .failure(let failure): failure
    case .success(let backend): backend.plugin.trouble
    }
  }
}
