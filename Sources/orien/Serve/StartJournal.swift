import OrienModel
import OrienSystem
import Synchronization

/// What a start is doing, line by line in a file that is empty once the node serves: a node that
/// dies while it starts cannot say which plugin it was loading, and its next start can. So is what a
/// reload loads.
///
/// Nothing is synced: a machine that dies takes no blame from a plugin. And no start fails for it, on
/// a full disk say: then the next one knows less.
final class StartJournal: Sendable {
  /// How often in a row the node did not come up, and the library that it was loading last.
  let failures: Int
  let suspect: String?
  private let file: Descriptor?
  private let log: Log
  /// What stands first in the file; nil where it stands there.
  private let count: Mutex<Int?>

  static let failuresBeforeAdvice = 2

  init(in folder: Folder, log: Log) {
    self.log = log
    let name: FolderPath = "starting"
    var before = ""
    var opened: Descriptor?
    do throws(Failure) {
      before = String(decoding: try folder.contents(of: name, atMost: 1 << 20) ?? [], as: UTF8.self)
      opened = try folder.file(name, for: .append)
    } catch {
      log.warning("this start is not noted", ["error": error.description])
    }
    file = opened
    let lines = before.split(separator: "\n")
    failures = lines.first.flatMap { Int($0) } ?? 0
    suspect = lines.dropFirst().last.map { String($0) }
    count = Mutex(failures + 1)
    if !before.isEmpty { empty() }
    write("")
  }

  /// The library of that name is loaded next, and runs its own code in this process.
  func note(loading library: String) { write("\(library)\n") }

  /// The node serves, or has ended in good order, or what it loaded anew is in use.
  func end() {
    count.withLock { count in
      if count == nil { empty() }
      count = 1
    }
  }

  private func write(_ line: String) {
    count.withLock { count in
      let first = count.map { "\($0)\n" } ?? ""
      noting { () throws(SystemError) in try file?.writeAll(Array((first + line).utf8)) }
      count = nil
    }
  }

  private func empty() { noting { () throws(SystemError) in try file?.empty() } }

  private func noting(_ body: () throws(SystemError) -> Void) {
    do throws(SystemError) { try body() } catch {
      log.warning("this start is not noted", ["error": "\(error)"])
    }
  }

  /// What the operator is told; nil where there is nothing.
  var advice: String? {
    guard failures >= Self.failuresBeforeAdvice else { return nil }
    let died = "the node did not come up \(failures) times in a row"
    guard let suspect else { return "\(died): see its log" }
    return "\(died), and the last time ended while \(suspect) was loaded: "
      + "remove that, let it run in a worker, or start with --safe-mode"
  }
}
