package import OrienModel
import OrienSystem

extension Plugin {
  /// Closes the plugin, once, after its last handler and probe returned: nothing is to be invoked
  /// any more.
  /// Blocks up to `patience`; a plugin that has not closed by then is left as it is, and told.
  package func close(within patience: Duration) throws(Failure) {
    guard beginClose() else { return }
    threads.close()
    probeThread.close()
    guard let close = table.close else { return }
    let closed = Channel<Bool>()
    do {
      try Thread(orFailing: name, stackBytes: PluginThreads.stackBytes) { [self] in
        threads.waitUntilEnded()
        probeThread.waitUntilEnded()
        close(opened.handle)
        closed.send(true)
      }.detach()
    } catch {
      throw error.failure("closing plugin \(name)")
    }
    guard closed.receive(within: patience) != nil else {
      throw Failure(
        .unavailable, "plugin-stuck",
        "plugin \(name) did not close within \(patience.milliseconds) ms")
    }
  }
}
