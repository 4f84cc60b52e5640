package import OrienModel
package import OrienSystem

/// Starts the processes that hold plugins. Any thread but the loop's; may block.
package protocol WorkerStarter: Sendable {
  /// `socket` is the worker's end of the way to the node, and becomes its standard input; what it writes
  /// on its standard streams goes to `errors`.
  func start(
    _ start: WorkerStart, socket: consuming Descriptor, errors: consuming Descriptor
  ) throws(Failure) -> any StartedWorker
}

/// What a worker is started with.
package struct WorkerStart: Sendable {
  /// The library's file name without `.so`.
  package let name: String
  package let manifest: Manifest
  /// The plugin's own folder.
  package let folder: String
  package let bounds: WorkerBounds
  /// Threads of its own that it may have at once.
  package let threads: Int
}

/// A process that holds a plugin, for the one thread that hears it.
package protocol StartedWorker: AnyObject, Sendable {
  /// Where the plugin finds its own folder.
  var folder: String { get }

  /// Walls stand around it that keep it from more than `Confinement` would.
  var isWalled: Bool { get }

  /// Waits for its end, at most for `patience`, and then ends it. To be called once.
  func finish(within patience: Duration) -> WorkerEnd
}

/// How a worker ended.
package enum WorkerEnd: Sendable, Equatable {
  case exited(Int32)
  case killed(signal: Int32)
  /// It went on and was ended.
  case overdue
  /// Why it was ended by others, or not even started.
  case lost(Failure)
}

/// As a child of this process, with its rights.
package struct OpenWorkers: WorkerStarter {
  private let program: String

  package init(_ program: String) { self.program = program }

  package func start(
    _ start: WorkerStart, socket: consuming Descriptor, errors: consuming Descriptor
  ) throws(Failure) -> any StartedWorker {
    do throws(SystemError) {
      let process = try ChildProcess(
        program, arguments: ["orien-worker", "--plugin", start.name],
        environment: ["PATH=/usr/bin:/bin", "LANG=C.UTF-8", "SWIFT_BACKTRACE=enable=no"],
        descriptors: [
          (parent: socket.raw, child: 0), (parent: errors.raw, child: 1),
          (parent: errors.raw, child: 2),
        ])
      return OpenWorker(process, start.folder)
    } catch {
      throw error.failure("starting \(program)")
    }
  }
}

private final class OpenWorker: StartedWorker, @unchecked Sendable {
  let folder: String
  let isWalled = false
  private var process: ChildProcess?

  init(_ process: consuming ChildProcess, _ folder: String) {
    self.process = consume process
    self.folder = folder
  }

  func finish(within patience: Duration) -> WorkerEnd {
    guard let process = process.take() else { preconditionFailure("a worker ends once") }
    do throws(SystemError) {
      switch try process.finish(by: .now + patience) {
      case .exited(let code): return .exited(code)
      case .killed(let signal): return .killed(signal: signal)
      case .overdue: return .overdue
      }
    } catch {
      return .lost(error.failure("waiting for a worker"))
    }
  }
}
