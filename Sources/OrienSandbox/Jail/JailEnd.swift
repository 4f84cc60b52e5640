package import OrienModel

/// How a process in the jail ended. Nothing of its tree is left when this is told.
package struct JailEnd: Sendable, Equatable {
  /// Without code and signal where `failure` says why nobody saw it end.
  package var exit: ProcessExit
  /// Of the whole tree. The wall time runs from the program's start to its end.
  package var usage: Usage
  /// Set where the program did not run or its end was not seen: never the program's own doing.
  /// The reasons `exec-not-found`, `exec-interpreter`, `exec-denied`, `exec-format` and
  /// `exec-too-big` are about the program that was asked for; codes `unavailable` and `internal`
  /// are the host's fault.
  package var failure: Failure?

  /// The failure is of the request itself, which asked for a program that there is not, or for more
  /// than one can be given: nothing of it was run.
  package var isRefusal: Bool

  /// The errno of the failure, where the host could not start the program.
  package var systemError: Int32?

  package init(
    exit: ProcessExit, usage: Usage, failure: Failure? = nil, isRefusal: Bool = false
  ) {
    self.exit = exit
    self.usage = usage
    self.failure = failure
    self.isRefusal = isRefusal
  }
}
