import OrienModel
import OrienSystem

/// A node that was started and goes on when this program ends. It says that it serves as it would say
/// it to a service manager.
struct BackgroundNode: ~Copyable {
  private static let patience = Duration.seconds(120)
  private static let shownLines = 8
  private static let logName: FolderPath = "provider.log"

  private let child: ChildProcess
  private let notices: NoticeSocket
  private let folder: Folder
  /// What the log had before.
  private let logStart: UInt64
  let pid: Int32

  var logPath: String { "\(folder.path)/\(Self.logName)" }

  /// Starts it by the words of the invocation.
  static func started(
    by invocation: Invocation, _ configuration: Configuration
  ) throws(Failure) -> BackgroundNode {
    let folder = try Folder(at: configuration.stateFolder, creating: true)
    let environment = invocation.environment
    let log = try folder.file(logName, for: .append)
    var variables = environment.variables
    variables["WATCHDOG_USEC"] = nil
    do throws(SystemError) {
      let notices = try NoticeSocket()
      variables["NOTIFY_SOCKET"] = notices.name
      let start = UInt64(try log.status().bytes)
      let child = try ChildProcess(
        environment.executablePath,
        arguments: [environment.programName, invocation.command.name]
          + invocation.words(without: [.daemon, .detach, .gui, .noGUI]),
        environment: variables.map { "\($0.key)=\($0.value)" },
        descriptors: [(log.raw, 1), (log.raw, 2)])
      let pid = child.pid
      return BackgroundNode(
        child: child, notices: notices, folder: folder, logStart: start, pid: pid)
    } catch {
      throw error.failure("starting the node")
    }
  }

  private enum News { case serving(String), ended, none }

  /// Answers where it listens. One that does not come up is a failure, in the words of its log.
  consuming func waitUntilServing(_ progress: Progress) throws(Failure) -> String {
    let news: News
    do throws(SystemError) {
      news = try hear(until: .now + Self.patience, progress)
    } catch {
      throw error.failure("waiting for the node")
    }
    let last = lastLines
    let path = logPath
    switch news {
    case .serving(let place):
      child.leave()
      return place
    case .ended: throw Failure(.unavailable, "not-started", "the node has ended:\n\(last)\(path)")
    case .none:
      throw Failure(
        .unavailable, "not-started",
        "the node was ended, for it did not serve within \(Self.patience):\n\(last)\(path)")
    }
  }

  private borrowing func hear(
    until deadline: Instant, _ progress: Progress
  ) throws(SystemError) -> News {
    while Instant.now < deadline {
      var wait = Wait()
      wait.add(notices.raw)
      wait.add(child.handle.raw)
      try wait.wait(until: min(deadline, .now + .milliseconds(500)))
      progress.wait(.zero)
      if wait.isReadable(notices.raw) {
        let lines = try notices.receive().lines
        guard lines.contains("READY=1") else { continue }
        let status = lines.first { $0.hasPrefix("STATUS=") }?.dropFirst("STATUS=".count)
        return .serving(String(status ?? "it serves"))
      }
      if wait.isReadable(child.handle.raw) { return .ended }
    }
    return .none
  }

  /// What this start has written to the log, as far as that is not long ago.
  private var lastLines: String {
    let text = (try? HostFile(at: logPath).text(atMostBytes: 64 << 20)) ?? ""
    let own = String(decoding: text.utf8.dropFirst(Int(logStart)), as: UTF8.self)
    return own.lines.filter { !$0.isEmpty }.suffix(Self.shownLines)
      .map { String($0).printable + "\n" }.joined()
  }
}
