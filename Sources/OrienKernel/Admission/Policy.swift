package import OrienModel

/// What the node's operator allows any call, whatever its plugin asks for.
package struct Policy: Sendable {
  /// Stands in where neither plugin nor manifest has an opinion.
  package var defaults: Limits
  /// Never exceeded.
  package var maxima: Limits
  /// Calls at once, of all tools.
  package var slots: Int
  /// Calls that may wait for a slot.
  package var queued: Int
  package var queuedPerOwner: Int
  /// How long a call may wait for its slot.
  package var queueDeadline: Duration
  /// How long a handler inside the node may go on after its deadline before it counts as stuck.
  package var grace: Duration
  /// Bytes of finished executions that stay in memory for who asks right after.
  package var recentBytes: Int
  /// Programs may run also where nothing walls them in.
  package var allowsUnsafe = false
  /// What the kernel has to hold programs to, whatever their manifests say.
  package var required: [RequiredLimit] = []

  package init(
    defaults: Limits, maxima: Limits, slots: Int, queued: Int, queuedPerOwner: Int,
    queueDeadline: Duration, grace: Duration = .seconds(2), recentBytes: Int = 1 << 20
  ) {
    self.defaults = defaults
    self.maxima = maxima
    self.slots = slots
    self.queued = queued
    self.queuedPerOwner = queuedPerOwner
    self.queueDeadline = queueDeadline
    self.grace = grace
    self.recentBytes = recentBytes
  }

  /// What a node without configuration allows: a script's worth, not a machine's.
  package static var standard: Policy {
    var defaults = Limits()
    defaults.concurrency = 64
    defaults.wallMilliseconds = 60_000
    defaults.memoryBytes = 512 << 20
    defaults.outputBytes = 4 << 20
    defaults.inputBytes = 1 << 20
    defaults.diskBytes = 256 << 20
    defaults.diskFiles = 10_000
    defaults.processes = 64
    defaults.openFiles = 256
    defaults.cpuPercent = 100
    var maxima = Limits()
    maxima.concurrency = 1024
    maxima.wallMilliseconds = 3_600_000
    maxima.cpuMilliseconds = 3_600_000
    maxima.cpuPercent = 400
    maxima.memoryBytes = 4 << 30
    maxima.outputBytes = 64 << 20
    maxima.inputBytes = 4 << 20
    maxima.diskBytes = 4 << 30
    maxima.diskFiles = 100_000
    maxima.fileBytes = 4 << 30
    maxima.processes = 512
    maxima.openFiles = 4096
    return Policy(
      defaults: defaults, maxima: maxima, slots: 256, queued: 1024, queuedPerOwner: 256,
      queueDeadline: .seconds(60))
  }

  /// The least of what the plugin wishes, its manifest allows and this policy allows.
  package func grant(wish: Limits, manifest: Limits) -> Limits {
    var wanted = wish.least(manifest)
    for (_, path) in Limits.named where wanted[keyPath: path] == nil {
      wanted[keyPath: path] = defaults[keyPath: path]
    }
    return wanted.least(maxima)
  }
}
