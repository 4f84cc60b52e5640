import COrienJail
import OrienSystem

/// The process that a keeper is, whoever has started it. Belongs to the loop's thread.
protocol KeeperProcess: AnyObject {
  /// Nil where it is not known yet.
  var pid: Int32? { get }
  /// Lets it go on where somebody has stopped it; true where that was so.
  func resume() throws(SystemError) -> Bool
  func kill() throws(SystemError)
}

/// What one is started with, beside the program.
struct KeeperStart {
  /// Behind the name of its group.
  var options: [String]
  /// As the keeper has them, ORIEN_JAIL_COMPLAINTS to ORIEN_JAIL_LOCK.
  var descriptors: [Int32]
  /// The namespace in which images are mounted, and its root, where an earlier one has left them.
  var mounts: [Int32]
}

/// One that is a child of this process.
final class OwnKeeper: KeeperProcess {
  private var child: ChildProcess?
  private var watch: Watch?

  /// `onEnd` is called once, with how it ended.
  init(
    _ program: String, _ group: String, _ start: KeeperStart, loop: Loop,
    onEnd: @escaping (String) -> Void
  ) throws(SystemError) {
    let numbers = Int32(ORIEN_JAIL_COMPLAINTS)...
    child = try ChildProcess(
      program, arguments: ["orien-jail", "keeper", group] + start.options, environment: [],
      descriptors: zip(start.descriptors + start.mounts, numbers).map { ($0, $1) })
    guard let handle = child?.handle.raw else { return }
    do throws(SystemError) {
      watch = try loop.watch(handle, .read) { [unowned self] _ in onEnd(finish()) }
    } catch {
      // One that nobody would see end is not left behind.
      _ = try child.take()?.finish(by: .now)
      throw error
    }
  }

  deinit { watch?.cancel() }

  var pid: Int32? { child?.pid }

  func resume() throws(SystemError) -> Bool { try child?.resume() == true }

  func kill() throws(SystemError) { try child?.handle.killProcess() }

  private func finish() -> String {
    watch?.cancel()
    watch = nil
    do throws(SystemError) {
      let end = try child.take()?.finish(by: .now)
      return "\(end, default: "unknown")"
    } catch {
      return "\(error)"
    }
  }
}
