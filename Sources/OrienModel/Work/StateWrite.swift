/// What came of writing a plugin's value: written, or not because another revision is there; with
/// the revision that is there now (0: none). No revision is ever used twice.
package enum StateWrite: Sendable, Equatable {
  case written(UInt64)
  case conflict(UInt64)
}
