import OrienModel
import OrienSandbox
import OrienSystem

/// The way out of one process that may have one. Belongs to the loop.
final class Doorway {
  private let policy: EgressPolicy?
  private let resolver: Resolver
  private let loop: Loop
  private let log: Log
  /// What the log says of whoever goes out.
  private let fields: [String: String]
  private var proxy: EgressProxy?

  /// Without a policy nobody leaves.
  init(
    _ policy: EgressPolicy?, resolver: Resolver, loop: Loop, log: Log, fields: [String: String]
  ) {
    self.policy = policy
    self.resolver = resolver
    self.loop = loop
    self.log = log
    self.fields = fields
  }

  /// Where the node ends before the process was seen to.
  deinit { proxy?.close() }

  func open(_ door: consuming Descriptor?) {
    guard let door, let policy else { return }
    do throws(SystemError) {
      proxy = try EgressProxy(
        on: door, policy: policy, resolver: resolver, loop: loop, log: log, fields: fields)
    } catch {
      // Whoever connects hears that nobody is there.
      var fields = fields
      fields["error"] = "\(error)"
      log.error("a program has no way out", fields)
    }
  }

  /// What passed is billed by units of its own.
  func close(billing usage: inout Usage) {
    guard let counts = proxy.take()?.close() else { return }
    usage.units["networkSentBytes", default: 0] += counts.sentBytes
    usage.units["networkReceivedBytes", default: 0] += counts.receivedBytes
  }
}
