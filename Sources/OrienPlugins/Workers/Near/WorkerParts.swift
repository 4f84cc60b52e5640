import OrienSystem

/// What each worker may take, and how long it is kept.
package struct WorkerBounds: Sendable {
  /// That its process writes to, stacks of threads included.
  package var memoryBytes: UInt64 = 1 << 30
  package var openFiles: UInt64 = 256
  /// One that carries nothing is ended after so long.
  package var idlePatience = Duration.seconds(60)

  package init() {}
}

/// What workers of one plugin are made of.
struct WorkerParts: Sendable {
  /// The program `orien-worker`.
  var program: String
  var order: WorkerOrder
  /// No process of it begins before the one before it has ended.
  var isAlone: Bool
  /// The plugin's handlers at once.
  var slots: Int
  var context: PluginContext
  /// What open() may take.
  var openPatience: Duration
  /// How long a worker that carries nothing is kept.
  var idlePatience: Duration
  /// What close() may take.
  static let closePatience = Duration.seconds(2)

  /// Both streams of the process go into `errors`.
  func start(socket: borrowing Descriptor, errors: borrowing Descriptor) throws(SystemError)
    -> ChildProcess
  {
    try ChildProcess(
      program, arguments: ["orien-worker", "--plugin", order.name],
      environment: ["PATH=/usr/bin:/bin", "LANG=C.UTF-8", "SWIFT_BACKTRACE=enable=no"],
      descriptors: [
        (parent: errors.raw, child: 1), (parent: errors.raw, child: 2),
        (parent: socket.raw, child: WorkerProcess.socket),
      ])
  }
}
