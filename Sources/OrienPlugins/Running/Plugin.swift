package import OrienModel
import OrienSystem

/// A plugin that can be called: what it declares, how it is, and the way to its handlers, wherever
/// they run. It may be used from any thread.
package final class Plugin: Sendable {
  /// The name of its library in `tools.d`, or of the manifest that declares it.
  package let file: String
  /// The same without `.so` or `.json`.
  package var name: String { LibraryName.stem(of: file) }
  package let declaration: PluginDeclaration
  package let manifest: Manifest
  /// SHA-256 of that file, in hexadecimal digits.
  package let hash: String
  /// Counts the loads of a library by that name in this node, from 1.
  package let generation: UInt64
  /// What it was made of.
  let candidate: Candidate.Sound
  let home: any PluginHome
  /// Its own folder, as the node has it; nil where it has none.
  package let folder: String?

  init(
    _ candidate: Candidate.Sound, file: String, generation: UInt64, folder: String? = nil,
    home: any PluginHome
  ) {
    self.file = file
    self.folder = folder
    declaration = candidate.declaration
    manifest = candidate.manifest
    self.candidate = candidate
    hash = candidate.hash
    self.generation = generation
    self.home = home
  }

  /// What was loaded of it is what is there now.
  func isOf(_ candidate: Candidate.Sound) -> Bool {
    hash == candidate.hash && self.candidate.manifestBytes == candidate.manifestBytes
      && state != .closed
  }

  /// In this process, or in one of its own.
  package var isolation: Manifest.Isolation {
    if let withheld = home as? WithheldHome { return withheld.isolation }
    return home is WorkerHome ? .worker : .node
  }

  package var id: String { declaration.id }
  package var version: String { declaration.version }

  package enum State: Sendable, Equatable {
    case ready
    /// Calls would fail now, and why: its probe says so, or its process does not start.
    case unavailable(Failure)
    /// Its process only crashed and is not started any more, and what starts it all the same.
    case quarantined(Failure)
    /// So many of its threads have not returned from a call that was given up.
    case stuck(threads: Int)
    case closed
  }

  package var state: State { home.state }

  /// Handlers that can run at once: its concurrency less the threads that are lost.
  package var capacity: Int { home.capacity }

  /// Handlers that can run at once while no thread is lost. One that says "any number" still gets a
  /// bounded one.
  package var concurrency: Int { declaration.slots }

  /// How many processes of its own it has had before the one that the next call reaches.
  package var pastProcesses: UInt64 { home.pastProcesses }

  /// What its own process holds of the machine's memory; nil where it has none, or none runs.
  package var residentBytes: UInt64? { home.residentBytes }

  /// Calls of a handler that were given up and have not returned.
  package func stuckCalls(of handler: Int) -> Int { home.stuckCalls(of: handler) }

  /// Calls a handler on a thread of the plugin's and answers `done` once, when it returned.
  ///
  /// May be called on the loop: it never waits. Where the plugin can take no call, or the call is
  /// cancelled or given up before it ran, `done` gets that failure. `host` is used by this call alone.
  /// More calls than `capacity` wait in turn; admission keeps them few.
  @discardableResult
  package func invoke(
    _ call: PluginCall, host: any CallHost, done: @escaping @Sendable (CallResult) -> Void
  ) -> Invocation {
    let invocation = Invocation(of: call.handler)
    home.invoke(call, host: host, as: invocation, done: done)
    return invocation
  }

  /// To be told when the call's `host` is cancelled.
  package func cancel(_ invocation: Invocation) { home.cancel(invocation) }

  /// Gives up a call that outlived its deadline and grace. True where a thread of this process is
  /// lost with it: the plugin counts as stuck until it returns, if it ever does. False where none is:
  /// it has returned, has not begun and never will, or ends with its process.
  @discardableResult
  package func writeOff(_ invocation: Invocation) -> Bool { home.giveUp(invocation) }

  /// Closes the plugin, once, after its last handler and probe returned: nothing is to be invoked
  /// any more.
  /// Blocks up to `patience`; a plugin that has not closed by then is left as it is, and told.
  package func close(within patience: Duration) throws(Failure) {
    try home.close(within: patience)
  }

  /// Starts its process anew with its next call, also where it was not started any more. Nothing,
  /// where it has none of its own.
  package func restart() { home.restart() }

  /// What probe() may take before the plugin counts as unavailable.
  static let probePatience = Duration.seconds(1)

  /// Asks the plugin whether its backend is usable and keeps the answer as its `state`. Blocks up to
  /// a second: not for the loop. Where an earlier probe has not returned, no other is started.
  package func probe() { Self.probe([self]) }

  /// Asks them all side by side: together they take no longer than one.
  package static func probe(_ plugins: [Plugin]) {
    let deadline = Instant.now + probePatience
    let asked = plugins.compactMap { plugin in plugin.home.beginAsking().map { (plugin, $0) } }
    for (plugin, answers) in asked {
      guard answers.receive(within: deadline.since(.now)) == nil else { continue }
      plugin.home.noteSilentProbe(
        Failure(
          .unavailable, "probe-silent",
          "its probe() has not answered within \(probePatience.milliseconds) ms"))
    }
  }
}

extension PluginDeclaration {
  var slots: Int { Int(min(concurrency ?? 64, 1024)) }
}
