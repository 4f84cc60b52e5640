import OrienModel
import OrienSystem

extension Residence {
  /// After its last handler and probe returned; one that has not closed by then is left as it is.
  func close(within patience: Duration) throws(Failure) {
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
