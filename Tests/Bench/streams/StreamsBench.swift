import Glibc
import OrienModel
import OrienPlugins
import OrienSystem
import OrienTestKit

/// Has streams looked at as often as a line comes in: by the plugin in its worker, and its answer read
/// as the node does.
///
///     bench-streams TOOLS-D SCRATCH WORKER STREAMS
///
/// TOOLS-D holds the plugin stream-payments and a manifest that says by which chain. Each line is
/// answered with one, when its tick is over.
@main
enum StreamsBench {
  static func main() throws {
    let words = CommandLine.arguments
    guard words.count == 5, let count = Int(words[4]) else {
      fatalError("usage: bench-streams TOOLS-D SCRATCH WORKER STREAMS")
    }
    var folder = ToolsFolder(
      path: words[1], storePath: words[2], worker: words[3], nodeVersion: "1.0.0")
    folder.isolation = .worker
    let contents = try folder.load(for: QuietHost())
    guard let plugin = contents.plugins.first,
      let handler = plugin.declaration.handlers.firstIndex(where: { $0.name == "inspect" })
    else { fatalError("\(contents.refused)") }
    let ids = (1...count).map { JSON.string("\($0)") }
    while readLine() != nil {
      try tick(plugin, handler, ids)
      say("done\n")
    }
  }

  private static func tick(_ plugin: Plugin, _ handler: Int, _ ids: [JSON]) throws {
    let arguments = JSON.object([.init("streams", .array(ids)), .init("block", .string(""))])
    let host = QuietCall(keeping: true)
    let done = Channel<CallResult>()
    plugin.invoke(
      PluginCall(
        handler: handler, arguments: .packed(arguments.compact), id: "exec-1",
        deadline: .now + .seconds(60)),
      host: host
    ) { done.send($0) }
    guard let result = done.receive(), result.outcome == .done else {
      fatalError("it failed: \(host.output.count) bytes")
    }
    let answer = try JSON(parsing: host.output)
    let readings = try (answer["streams"]?.array ?? []).map { json throws(Failure) in
      try StreamReading(json)
    }
    guard readings.count == ids.count, readings.allSatisfy({ $0.fault == nil }) else {
      fatalError("\(readings.count) of \(ids.count), or some that do not pay")
    }
  }

  private static func say(_ text: String) {
    var text = text
    text.withUTF8 { _ = write(1, $0.baseAddress, $0.count) }
  }
}
