import OrienModel
package import OrienSystem

/// Where programs run that the operator lets out of the jail: by a keeper and a launcher of their own
/// that wall nothing in, started when the first is. What they start has a control group of its own and
/// ends with all that it forked as in the jail. Belongs to the loop's thread.
package final class OutsideJail: Jail {
  private let loop: Loop
  private let program: String
  private let runLock: RunLock
  private let groupName: String
  private let log: Log
  private let warden: Warden?
  private var launcher: Launcher?

  /// As a launcher's.
  package init(
    loop: Loop, program: String, runLock: RunLock, groupName: String, log: Log,
    warden: Warden? = nil
  ) {
    self.loop = loop
    self.program = program
    self.runLock = runLock
    self.groupName = groupName
    self.log = log
    self.warden = warden
  }

  package var capabilities: JailCapabilities? { launcher?.capabilities }
  package var isUp: Bool { launcher?.isUp ?? false }
  package let devices: [String] = []

  package func start(
    _ request: JailRequest, _ descriptors: consuming JailDescriptors,
    onStart: @escaping (consuming Descriptor?) -> Void, onEnd: @escaping (JailEnd) -> Void
  ) -> any JailProcess {
    do throws(Failure) {
      return try launched().start(request, descriptors, onStart: onStart, onEnd: onEnd)
    } catch {
      loop.soon { onEnd(JailEnd(failing: error, isRefusal: true)) }
      return Unstarted()
    }
  }

  private func launched() throws(Failure) -> Launcher {
    if let launcher { return launcher }
    // No walls, and signals to whom the program likes: it is for what it does to others.
    let made = try Launcher(
      loop: loop, program: program, runLock: runLock, groupName: groupName, log: log,
      scopes: "none", walls: "none", warden: warden)
    launcher = made
    return made
  }

  /// As a launcher's.
  package func shutdown(within bound: Duration, _ done: @escaping () -> Void) {
    guard let launcher else { return loop.soon(done) }
    launcher.shutdown(within: bound, done)
  }

  private final class Unstarted: JailProcess {
    func kill(_ reason: ProcessExit.Reason) {}
  }
}
