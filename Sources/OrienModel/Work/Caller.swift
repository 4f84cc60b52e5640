/// Who asks, its key already checked.
package struct Caller: Sendable, Equatable {
  package var owner: Owner
  /// The operator sees and may end what is anybody's.
  package var isOperator: Bool
  /// The one machine, by its id, that what was brought opens; nil where it is not of a machine.
  package var machine: String?

  package init(owner: Owner, isOperator: Bool, machine: String? = nil) {
    self.owner = owner
    self.machine = machine
    self.isOperator = isOperator
  }

  package func maySee(_ owner: Owner) -> Bool { isOperator || owner == self.owner }
}
