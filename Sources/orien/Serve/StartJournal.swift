import OrienModel
import OrienSystem

/// What a start is doing, in a file that is empty once the node serves: a node that dies while it
/// starts cannot say which plugin it was loading, and its next start can.
///
/// Nothing is synced: a machine that dies takes no blame from a plugin. And no start fails for it, on a
/// full disk say: then the next one knows less.
final class StartJournal: Sendable {
  /// How often in a row the node did not come up, and the library that it was loading last.
  let failures: Int
  let suspect: String?
  private let file: Descriptor?
  private let log: Log

  static let failuresBeforeAdvice = 2

  init(in folder: Folder, log: Log) {
    self.log = log
    let name: FolderPath = "starting"
    var before = ""
    var opened: Descriptor?
    do throws(Failure) {
      before = String(decoding: try folder.contents(of: name, atMost: 4096) ?? [], as: UTF8.self)
      opened = try folder.file(name, for: .append)
    } catch {
      log.warning("this start is not noted", ["error": error.description])
    }
    file = opened
    let lines = before.split(separator: "\n")
    failures = lines.first.flatMap { Int($0) } ?? 0
    suspect = lines.dropFirst().first.map { String($0) }
    write("\(failures + 1)\n")
  }

  /// The library of that name is loaded next, and runs its own code in this process.
  func note(loading library: String) { write("\(failures + 1)\n\(library)\n") }

  /// The node serves, or has ended in good order.
  func end() { write("") }

  private func write(_ text: String) {
    do throws(SystemError) {
      try file?.empty()
      try file?.writeAll(Array(text.utf8))
    } catch {
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
