import OrienAPI
import OrienHTTP
import OrienKernel
import OrienLedger
import OrienModel
import OrienNode
import OrienPlugins
import OrienSandbox
import OrienSystem

// How a node ends: told to, or because it cannot go on.

extension Node {
  func hear(_ signal: Signals.Signal) {
    switch signal {
    case .hangup:
      // Whatever came of it is a line of the log.
      reload { _ in }
    case .interrupt, .terminate:
      guard !isEnding else {
        log.warning("ending at once")
        log.close()
        Program.exit(1)
      }
      log.info("ending: running work has \(Self.drainBound) to finish")
      end(within: Self.drainBound)
    }
  }

  /// The node cannot go on: what it has promised is recovered by its next start.
  func fail(_ failure: Failure) {
    log.error("the node cannot go on", ["error": failure.description])
    exitCode = failure.code == .full ? ExitCode(failure) : ExitCode(1)
    journal.end()
    end(within: .zero)
  }

  private static let drainBound = Duration.seconds(10)

  func end(within bound: Duration) {
    guard !isEnding else { return }
    isEnding = true
    notices?.send("STOPPING=1")
    endStartWatch()
    // Whoever waits for an answer hears the end of its execution, so both end side by side.
    var rest = 2
    let one = { [self] in
      rest -= 1
      if rest == 0 { closePlugins { [self] in endJail() } }
    }
    payments.end()
    collections.end()
    machines.shutDown(within: bound) { [kernel] in kernel.shutDown(within: bound, then: one) }
    server.shutDown(within: bound + .seconds(3), then: one)
    // What cannot be written now is recovered by the next start.
    _ = loop.schedule(after: bound + .seconds(10)) { [self] in
      log.error("the end took too long: some of the work will be called lost")
      exitCode = ExitCode(1)
      loop.stop()
    }
  }

  /// On a thread of its own: workers end by way of the loop.
  private func closePlugins(then body: @escaping () -> Void) {
    let closed = loop.reply { (_: Void) in body() }
    Thread("close") { [reloader, log] in
      for plugin in reloader?.close() ?? [] {
        do throws(Failure) {
          try plugin.close(within: .seconds(2))
        } catch {
          log.warning("a plugin did not close", ["error": error.description])
        }
      }
      closed(())
    }.detach()
  }

  private func endJail() {
    workspaces.close()
    outside.shutdown(within: .seconds(3)) { [self] in
      launcher.shutdown(within: .seconds(3)) { [loop] in loop.stop() }
    }
  }

  /// Ends the process where the end does not come: a thread that a dead disk holds is waited for by
  /// nobody.
  private func giveUp(after patience: Duration) {
    do throws(SystemError) {
      try Thread(orFailing: "last", stackBytes: 512 << 10) { [log] in
        _ = Channel<Void>().receive(within: patience)
        log.error("the disk holds up the end: what it has not kept will be called lost")
        log.close()
        Program.exit(1)
      }.detach()
    } catch {
      log.warning("nothing bounds the end", ["error": "\(error)"])
    }
  }

  func close() {
    giveUp(after: .seconds(10))
    disk.close()
    ledger.close()
    log.info("ended")
    log.close()
  }
}
