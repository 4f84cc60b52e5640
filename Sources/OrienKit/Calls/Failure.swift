internal import COrienABI

/// Why a call failed. Throw it from a handler, from `open` or from `probe`.
///
/// The message is for people: it says what was expected, what came, and what can be done. The
/// reason is for programs: `^[a-z0-9-]{1,64}$`, or nil.
public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
  public var status: Status
  public var message: String
  public var reason: String?

  public init(_ status: Status, _ message: String, reason: String? = nil) {
    self.status = status
    self.message = message
    self.reason = reason
  }

  public var description: String { message }

  public enum Status: Int32, Sendable {
    /// The caller's arguments are wrong: do not retry.
    case invalid = 1
    /// Policy says no.
    case denied
    /// The named thing does not exist.
    case notFound
    /// A declared limit was reached.
    case limited
    /// The caller went away or the deadline passed.
    case cancelled
    /// The backend is missing, busy or silent: a retry may help.
    case unavailable
    /// A bug in the plugin or below it.
    case `internal`
    /// It exists already, or its state forbids this.
    case conflict
  }
}

extension Failure {
  /// Throws unless the node answered `ORIEN_OK`.
  static func check(
    _ status: orien_status, _ doing: @autoclosure () -> String
  ) throws(Failure) {
    guard status != orien_status(ORIEN_OK) else { return }
    let known = Status(rawValue: status) ?? .internal
    throw Failure(known, "the node answered \(known) to \(doing())")
  }
}
