import OrienModel
import OrienSystem

/// What a start is doing, in a file that is empty once the node serves: a node that dies while it
/// starts cannot say which plugin it was loading, and its next start can.
///
/// Nothing is synced: a machine that dies takes no blame from a plugin.
final class StartJournal: Sendable {
  /// How often in a row the node did not come up, and the library that it was loading last.
  let failures: Int
  let suspect: String?
  private let file: Descriptor

  static let failuresBeforeAdvice = 2

  init(in folder: Folder) throws(Failure) {
    let name: FolderPath = "starting"
    let before = String(decoding: try folder.contents(of: name, atMost: 4096) ?? [], as: UTF8.self)
    let lines = before.split(separator: "\n")
    failures = lines.first.flatMap { Int($0) } ?? 0
    suspect = lines.dropFirst().first.map { String($0) }
    file = try folder.file(name, for: .append)
    try write("")
  }

  /// The library of that name is loaded next, and runs its own code in this process.
  func note(loading library: String) throws(Failure) { try write(library) }

  /// The node serves, or has ended in good order.
  func end() throws(Failure) {
    do { try file.empty() } catch { throw error.failure("ending the journal of the start") }
  }

  private func write(_ library: String) throws(Failure) {
    do throws(SystemError) {
      try file.empty()
      try file.writeAll(Array("\(failures + 1)\n\(library)\n".utf8))
    } catch {
      throw error.failure("writing the journal of the start")
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
