package import OrienModel
package import OrienSystem

/// Where programs run: the launcher, or in tests of what stands above it a fake. Belongs to the
/// loop's thread.
package protocol Jail: AnyObject {
  /// What it can hold processes to; nil until it has said so, which is before its first start.
  var capabilities: JailCapabilities? { get }

  /// Programs can be started now.
  var isUp: Bool { get }

  /// What programs may be lent, in the order in which requests name it.
  var devices: [String] { get }

  /// Starts a program. `onStart` is called at most once, with its door where it has one; `onEnd`
  /// exactly once and last; neither before this returns.
  ///
  /// Where nobody can start it now the request waits for a bounded time, then ends with the
  /// failure `unavailable`.
  func start(
    _ request: JailRequest, _ descriptors: consuming JailDescriptors,
    onStart: @escaping (consuming Descriptor?) -> Void, onEnd: @escaping (JailEnd) -> Void
  ) -> any JailProcess
}

/// One program in the jail. Belongs to the loop's thread.
package protocol JailProcess: AnyObject {
  /// Kills the whole tree; the end that follows names `reason`, unless it had ended by itself.
  /// The first reason stands, and an ended process minds none.
  func kill(_ reason: ProcessExit.Reason)
}

/// What a process in the jail has open, and where it stands. All are closed in this process as
/// soon as the jail has them.
package struct JailDescriptors: ~Copyable {
  package var input: Descriptor
  package var output: Descriptor
  package var errors: Descriptor
  /// A directory: the working one, and HOME and TMPDIR.
  package var workspace: Descriptor
  /// What it is shown, for each of the request's places.
  package var shown: [HostPlace]

  package init(
    input: consuming Descriptor, output: consuming Descriptor, errors: consuming Descriptor,
    workspace: consuming Descriptor, shown: [HostPlace] = []
  ) {
    self.shown = shown
    self.input = input
    self.output = output
    self.errors = errors
    self.workspace = workspace
  }
}
