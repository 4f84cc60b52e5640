import CLinux
import Glibc
package import OrienModel

/// A system call that failed: its name and its errno.
package struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
  package var call: String
  package var number: Int32

  package init(_ call: String, _ number: Int32) {
    self.call = call
    self.number = number
  }

  /// The error of the call that has just failed on this thread.
  package static func last(_ call: String) -> SystemError { SystemError(call, errno) }

  /// What the manual calls it: "No such file or directory".
  package var text: String {
    guard let name = strerror(number) else { return "error \(number)" }
    return String(cString: name)
  }

  package var description: String { "\(call): \(text)" }

  /// There is no more of something just now; the same may work later.
  package var isShortage: Bool {
    [EMFILE, ENFILE, ENOMEM, EAGAIN, ENOBUFS, ETOOMANYREFS].contains(number)
  }

  /// A deadline has passed.
  package var isLate: Bool { number == ETIMEDOUT }

  /// The same as a failure of the node, with what it was doing: "opening the ledger".
  package func failure(_ doing: String) -> Failure {
    switch number {
    case ENOENT: Failure(.notFound, "not-found", "\(doing): \(self)")
    case ENOSPC, EDQUOT: Failure(.full, "disk-full", "\(doing): \(self)")
    case _ where isShortage: Failure(.unavailable, "out-of-resources", "\(doing): \(self)")
    default: Failure(.internal, "system", "\(doing): \(self)")
    }
  }
}

/// Repeats a call that a signal interrupted and turns -1 into an error.
@discardableResult
func retrying<Result: FixedWidthInteger>(
  _ call: String, _ body: () -> Result
) throws(SystemError) -> Result {
  while true {
    let result = body()
    if result != -1 { return result }
    if errno != EINTR { throw .last(call) }
  }
}
