/// What went wrong, once, for every layer: a code that decides, a reason for programs, a message
/// for people, and the faults of single fields.
///
/// The message says what was expected, what came, and which knob to turn.
package struct Failure: Error, Sendable, Equatable {
  package var code: Code
  /// For programs: `^[a-z0-9-]{1,64}$`.
  package var reason: String
  package var message: String
  package var faults: [Fault]
  /// What programs are told beside all that, by name.
  package var details: [JSON.Member]

  package init(
    _ code: Code, _ reason: String, _ message: String, faults: [Fault] = [],
    details: [JSON.Member] = []
  ) {
    self.code = code
    self.reason = reason
    self.message = message
    self.faults = faults
    self.details = details
  }

  /// One field that is wrong, named by a JSON pointer (RFC 6901).
  package struct Fault: Sendable, Equatable {
    package var pointer: String
    package var message: String

    package init(_ pointer: String, _ message: String) {
      self.pointer = pointer
      self.message = message
    }
  }

  /// The outcomes of the plugin ABI and the few that only a node has. One table in the API maps
  /// them to a status; the ledger keeps some by their names.
  package enum Code: String, Sendable, CaseIterable {
    /// The caller's input is wrong: do not retry.
    case invalid
    /// No key, or one that nobody knows.
    case unauthenticated
    /// Policy says no.
    case denied
    /// It costs more than there is to pay it with.
    case unpaid
    case notFound
    /// It exists already, or its state forbids this.
    case conflict
    /// The same idempotency key came with another body.
    case mismatch
    /// It came in a form that is not taken here.
    case unsupported
    /// A bound on size was passed.
    case tooLarge
    /// A declared limit, a queue or a rate is full: later may help.
    case limited
    /// There is no room to keep what was asked.
    case full
    /// The node, a plugin or a backend is missing, busy or going away: later may help.
    case unavailable
    case cancelled
    /// A bug in the node, in a plugin or below.
    case `internal`
  }
}

extension Failure: CustomStringConvertible {
  package var description: String { "\(reason): \(message)" }
}
