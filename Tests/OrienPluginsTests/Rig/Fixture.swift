import Foundation
import Synchronization

/// Libraries made of `Tests/Fixtures/*.c` by the system's compiler, each variant once a run.
enum Fixture {
  /// A folder for this run, removed with the process.
  static let folder: String = {
    let path = FileManager.default.temporaryDirectory.path + "/orien-fixtures-XXXXXX"
    var template = Array(path.utf8CString)
    precondition(mkdtemp(&template) != nil, "a temporary folder")
    let made = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    removed.withLock { $0 = made }
    atexit { Fixture.remove() }
    return made
  }()

  private static let removed = Mutex("")
  private static let built = Mutex<[String: String]>([:])

  private static func remove() {
    try? FileManager.default.removeItem(atPath: removed.withLock { $0 })
  }

  static let tree: String = {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path
  }()

  /// The program beside the one that runs the tests.
  static let worker: String = {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .path + "/orien-worker"
  }()

  /// The path of the library that `source` makes with these definitions and linker's options.
  static func library(
    _ source: String, _ definitions: [String] = [], link: [String] = []
  ) throws -> String {
    let key = ([source] + definitions + link).joined(separator: " ")
    return try built.withLock { built in
      if let path = built[key] { return path }
      let path = "\(folder)/\(source)-\(built.count).so"
      try run(
        ["cc", "-std=gnu17", "-g", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror"]
          + ["-I", tree + "/Sources/COrienABI/include", tree + "/Tests/Fixtures/\(source).c"]
          + definitions.map { "-D" + $0 } + link + ["-o", path])
      built[key] = path
      return path
    }
  }

  static func bytes(
    _ source: String, _ definitions: [String] = [], link: [String] = []
  ) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: library(source, definitions, link: link))))
  }

  private static func run(_ words: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(command: words) }
  }

  struct Failed: Error { var command: [String] }
}
