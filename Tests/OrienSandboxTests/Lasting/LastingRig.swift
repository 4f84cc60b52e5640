import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

/// Programs that last, in a state folder of one test: none is left at `close()`.
final class LastingRig {
  let root: String
  let lasting: Lasting
  /// Keys end in what they are told by.
  let key: Lasting.Key

  init(groups: String = "auto", named name: String = "web-1") throws {
    root = FileManager.default.temporaryDirectory.path + "/orien-lasting-" + UUID().uuidString
    try FileManager.default.createDirectory(
      atPath: root, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    lasting = Lasting(
      program: JailRig.program, at: root + "/lasting",
      groupName: "orien-" + String(format: "%016lx", UInt64.random(in: 0 ... .max)),
      groups: groups)
    key = Lasting.Key(try #require(LastingName(name)), of: "test.plugin")
  }

  func start(
    _ script: String, limits: Limits = Limits(), required: [RequiredLimit] = []
  ) throws {
    try lasting.start(
      key, JailRequest(["/bin/sh", "-c", script], environment: ["A=1"], limits: limits),
      input: Array("given\n".utf8), in: Folder(at: root).descriptor(), required: required)
  }

  /// What is kept of it.
  func file(_ name: String) -> String { "\(root)/lasting/\(key.path)/\(name)" }

  func edit(_ name: String, _ body: (String) -> String) throws {
    let text = try String(contentsOfFile: file(name), encoding: .utf8)
    try body(text).write(toFile: file(name), atomically: true, encoding: .utf8)
  }

  /// Its state once `condition` holds.
  func status(until condition: (LastingStatus) -> Bool) throws -> LastingStatus {
    let deadline = Instant.now + .seconds(20)
    while Instant.now < deadline {
      if let status = try lasting.status(key), condition(status) { return status }
    }
    throw Failure(.internal, "no-event", "what a test waits for did not come")
  }

  /// Who keeps what it writes reads that in its own time.
  func waitForOutput(_ wanted: String) throws {
    let deadline = Instant.now + .seconds(20)
    var text = ""
    while Instant.now < deadline {
      text = String(decoding: try lasting.output(key) ?? [], as: UTF8.self)
      if text == wanted { return }
    }
    throw Failure(.internal, "no-event", "it has written \(text)")
  }

  func close() throws {
    for key in try lasting.all() { try lasting.stop(key, graceMilliseconds: 0) }
    try FileManager.default.removeItem(atPath: root)
  }
}
