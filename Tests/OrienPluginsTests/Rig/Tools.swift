import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienPlugins

typealias Isolation = Manifest.Isolation

/// A `tools.d` and a state folder of one test, removed with it.
final class Tools: Sendable {
  let root: String
  let node = RecordingNode()
  var path: String { root + "/tools.d" }
  var state: String { root + "/state/plugins" }

  private let isolation: Isolation

  init(_ isolation: Isolation = .node) throws {
    self.isolation = isolation
    root = Fixture.folder + "/" + UUID().uuidString
    try FileManager.default.createDirectory(
      atPath: root + "/tools.d", withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o755])
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  /// Puts a file there as an operator would: whole, by a rename.
  func put(_ name: String, _ bytes: [UInt8], mode: Int = 0o644) throws {
    let passing = "\(path)/.passing"
    try Data(bytes).write(to: URL(fileURLWithPath: passing))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: passing)
    guard rename(passing, "\(path)/\(name)") == 0 else { throw CocoaError(.fileWriteUnknown) }
  }

  func put(_ name: String, _ text: String) throws { try put(name, Array(text.utf8)) }

  var folder: ToolsFolder {
    var folder = ToolsFolder(
      path: path, storePath: state, worker: Fixture.worker, nodeVersion: "1.2.3")
    folder.isolation = isolation
    // A library is slow where a test says so, not where the machine is.
    folder.scanPatience = [.seconds(60), .seconds(120)]
    folder.togetherPatience = .seconds(300)
    return folder
  }

  func load() throws -> ToolsContents { try folder.load(for: node) }

  /// What became of the one library that is there.
  func loadOne(_ bytes: [UInt8], manifest: String? = nil) throws -> Result<Plugin, Failure> {
    try put("one.so", bytes)
    if let manifest { try put("one.json", manifest) }
    let contents = try load()
    guard let refused = contents.refused.first else { return .success(contents.plugins[0]) }
    return .failure(refused.failure)
  }

  /// The plugin of a fixture that is sound.
  func plugin(
    _ source: String, _ definitions: [String] = [], manifest: String? = nil
  ) throws -> Plugin {
    try loadOne(Fixture.bytes(source, definitions), manifest: manifest).get()
  }
}

extension Plugin {
  func index(of handler: String) -> Int {
    declaration.handlers.firstIndex { $0.name == handler }!
  }

  func call(_ handler: String, _ arguments: CallArguments, id: String = "exec-1") -> PluginCall {
    PluginCall(
      handler: index(of: handler), arguments: arguments, id: id, deadline: .now + .seconds(60))
  }

  /// Calls a handler and waits for its end.
  func result(
    of handler: String, _ values: [ArgumentValue] = [], host: RecordingCall = RecordingCall()
  ) -> CallResult {
    result(of: call(handler, .values(values)), host: host)
  }

  func result(of call: PluginCall, host: any CallHost) -> CallResult {
    let answers = Channel<CallResult>()
    invoke(call, host: host) { answers.send($0) }
    return answers.receive()!
  }
}

extension Plugin {
  /// A call of the one handler that `deeds.c` has.
  func deed(_ name: String) -> PluginCall { call("deed", .values([.text(name)])) }
}

/// A deed whose handler runs, as it has said, and goes on until it is cancelled, or for ever.
struct BegunDeed {
  let answers = Channel<CallResult>()
  let invocation: Invocation
  private let plugin: Plugin

  init(_ name: String, of plugin: Plugin) {
    let (host, answers) = (RecordingCall(), answers)
    self.plugin = plugin
    invocation = plugin.invoke(plugin.deed(name), host: host) { answers.send($0) }
    waitUntil { host.output == "begun" }
  }

  /// Whether its handler hears that it is cancelled, and returns.
  func returnsWhenCancelled() -> Bool {
    plugin.cancel(invocation)
    guard let result = answers.receive(within: .seconds(20)),
      case .failed(let failure) = result.outcome
    else { return false }
    return failure.code == .cancelled && result.wasCalled
  }
}

/// Waits for what another thread does and nobody tells of.
func waitUntil(_ isSo: () -> Bool) {
  let deadline = Instant.now + .seconds(60)
  while !isSo() && Instant.now < deadline { poll(nil, 0, 1) }
  #expect(isSo())
}
