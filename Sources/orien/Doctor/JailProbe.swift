import OrienModel
import OrienSandbox
import OrienSystem

/// A jail of its own beside that of a node that may run: started as `orien serve` starts one, asked
/// what it can, tried with a program that does nothing, and ended.
struct JailProbe {
  let program: String
  let grants: JailGrants
  let firstUser: UInt32
  let log: Log

  private static let patience = Duration.seconds(15)

  /// Where workspaces would be. Blocks until nothing of it is left.
  func run(in workspaces: Folder) throws(Failure) -> (JailCapabilities?, JailTrial.Outcome) {
    let loop: Loop
    do throws(SystemError) { loop = try Loop() } catch { throw error.failure("starting the jail") }
    // Under the name of a node's groups it would kill what that has started.
    let launcher = try Launcher(
      loop: loop, program: program, runLock: RunLock(),
      groupName: "orien-" + String(hex: Random.bytes(8)), log: log, grants: grants,
      firstUser: firstUser)
    var outcome = JailTrial.Outcome.passed
    let finish = { (found: JailTrial.Outcome) in
      outcome = found
      if case .obstacle(let failure) = found { launcher.obstacle = failure }
      launcher.shutdown(within: .seconds(5)) { loop.stop() }
    }
    launcher.whenClear(within: Self.patience) { result in
      do throws(Failure) {
        try result.get()
        try JailTrial.run(in: workspaces, by: launcher, then: finish)
      } catch {
        finish(.unknown(error))
      }
    }
    loop.run()
    return (launcher.capabilities, outcome)
  }
}
