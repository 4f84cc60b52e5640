/// Who asks, its key already checked.
package struct Caller: Sendable, Equatable {
  package var owner: Owner
  /// The operator sees and may end what is anybody's.
  package var isOperator: Bool

  package init(owner: Owner, isOperator: Bool) {
    self.owner = owner
    self.isOperator = isOperator
  }

  package func maySee(_ owner: Owner) -> Bool { isOperator || owner == self.owner }
}
