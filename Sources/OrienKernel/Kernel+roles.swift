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

  /// Why a role's backend cannot be asked now; nil where it can.
  package func trouble(of row: RoleTable.Row) -> Failure? {
    switch row.backend {
    case .failure(let failure): failure
    case .success(let backend): backend.plugin.trouble
    }
  }
}
