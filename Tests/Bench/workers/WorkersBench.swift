import OrienModel
import OrienPlugins
import OrienSystem
import OrienTestKit

/// What a call costs in the node, in a worker, and what no call between processes can cost less than:
/// a byte there and back over a pair of sockets.
///
///     bench-workers TOOLS-D SCRATCH WORKER CALLS
///
/// TOOLS-D holds the echo of Orien under another name. One of each kind in turn; medians, in
/// microseconds.
@main
enum WorkersBench {
  static func main() throws {
    let words = CommandLine.arguments
    guard words.count == 5, let calls = Int(words[4]) else {
      fatalError("usage: bench-workers TOOLS-D SCRATCH WORKER CALLS")
    }
    let node = try plugin(in: words[1], words[2] + "/node", words[3], .node)
    let worker = try plugin(in: words[1], words[2] + "/worker", words[3], .worker)
    let trip = try RoundTrip()
    var times: [[UInt64]] = [[], [], []]
    for _ in 0..<calls {
      times[0].append(time { call(node) })
      times[1].append(time { call(worker) })
      times[2].append(try time { try trip.run() })
    }
    let medians = times.map { Double($0.sorted()[$0.count / 2]) / 1000 }
    print(#"{"node": \#(medians[0]), "worker": \#(medians[1]), "roundTrip": \#(medians[2])}"#)
  }

  private static func time<E: Error>(_ body: () throws(E) -> Void) throws(E) -> UInt64 {
    let start = Instant.now
    try body()
    return Instant.now.nanoseconds - start.nanoseconds
  }

  private static func plugin(
    in tools: String, _ store: String, _ worker: String, _ isolation: Manifest.Isolation
  ) throws -> Plugin {
    var folder = ToolsFolder(path: tools, storePath: store, worker: worker, nodeVersion: "1.0.0")
    folder.isolation = isolation
    let contents = try folder.load(for: QuietHost())
    guard let plugin = contents.plugins.first else { fatalError("\(contents.refused)") }
    call(plugin)
    return plugin
  }

  private static func call(_ plugin: Plugin) {
    let done = Channel<CallResult>()
    plugin.invoke(
      PluginCall(
        handler: 0, arguments: .values([.text("hello")]), id: "exec-1",
        deadline: .now + .seconds(60)),
      host: QuietCall()
    ) { done.send($0) }
    guard let result = done.receive(), result.outcome == .done else { fatalError("it failed") }
  }
}

/// A process that sends back what it is sent.
private struct RoundTrip: ~Copyable {
  private let socket: Descriptor
  private let process: ChildProcess

  init() throws(SystemError) {
    let ends = try SocketPair().release()
    let near = Descriptor(owning: ends.near)
    let far = Descriptor(owning: ends.far)
    let cat = try ChildProcess(
      "/bin/cat", arguments: ["cat"], environment: [],
      descriptors: [(parent: far.raw, child: 0), (parent: far.raw, child: 1)])
    socket = near
    process = cat
  }

  borrowing func run() throws(SystemError) {
    var byte: [UInt8] = [1]
    let sent = byte.withUnsafeBytes { bytes in
      Result { () throws(SystemError) in try socket.write(bytes) }
    }
    _ = try sent.get()
    _ = try ChildProcess.wait(for: socket.raw, until: .now + .seconds(10))
    let got = byte.withUnsafeMutableBytes { bytes in
      Result { () throws(SystemError) in try socket.read(into: bytes) }
    }
    guard try got.get() == 1 else { fatalError("nothing came back") }
  }
}
