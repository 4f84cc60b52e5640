import OrienSystem
import Synchronization

@testable import orien

/// A console that keeps what is written to it.
final class Capture: Sendable {
  private let texts = Mutex<[StandardStream: String]>([:])

  var console: Console {
    Console(style: .plain, errorStyle: .plain) { [self] (stream, bytes) throws(SystemError) in
      let text = String(decoding: bytes, as: UTF8.self)
      texts.withLock { $0[stream, default: ""] += text }
    }
  }

  var output: String { texts.withLock { $0[.output] ?? "" } }
  var errors: String { texts.withLock { $0[.errors] ?? "" } }

  /// Runs the program as its user would, somewhere where there is no configuration.
  func run(_ words: String..., variables: [String: String] = [:]) -> ExitCode {
    run(all: words, variables: variables)
  }

  /// Under whichever name it was installed.
  func run(
    all words: [String], variables: [String: String] = [:], as name: String = "orien"
  ) -> ExitCode {
    let environment = Environment(
      variables: variables, workingFolder: "/nowhere", executablePath: "/usr/bin/orien",
      userID: 1000, programName: name)
    return Main.run(words, console, environment)
  }
}
