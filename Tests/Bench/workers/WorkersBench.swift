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
/// microseconds. A call is made on a loop and over when the loop has its result, for that is where a
/// node's calls come from and what waits for them; the byte is sent and awaited by the same thread.
@main
enum WorkersBench {
  static func main() throws {
    let words = CommandLine.arguments
    guard words.count == 5, let calls = Int(words[4]) else {
      fatalError("usage: bench-workers TOOLS-D SCRATCH WORKER CALLS")
    }
    let loop = try Loop()
    let rounds = Rounds(
      loop, node: try plugin(in: words[1], words[2] + "/node", words[3], .node, loop),
      worker: try plugin(in: words[1], words[2] + "/worker", words[3], .worker, loop),
      trip: try RoundTrip())
    // The first have libraries to load and a process to start.
    for count in [calls / 10, calls] { rounds.run(count) }
    let medians = rounds.times.map { Double($0.sorted()[$0.count / 2]) / 1000 }
    print(#"{"node": \#(medians[0]), "worker": \#(medians[1]), "roundTrip": \#(medians[2])}"#)
  }

  private static func plugin(
    in tools: String, _ store: String, _ worker: String, _ isolation: Manifest.Isolation,
    _ loop: Loop
  ) throws -> Plugin {
    var folder = ToolsFolder(path: tools, storePath: store, worker: worker, nodeVersion: "1.0.0")
    folder.isolation = isolation
    folder.loop = loop
    let contents = try folder.load(for: QuietHost())
    guard let plugin = contents.plugins.first else { fatalError("\(contents.refused)") }
    return plugin
  }
}

/// One of each kind after the other, as often as is wanted.
private final class Rounds {
  private(set) var times: [[UInt64]] = []
  private let loop: Loop
  private let node: Plugin
  private let worker: Plugin
  private let trip: RoundTrip
  private var left = 0

  init(_ loop: Loop, node: Plugin, worker: Plugin, trip: consuming RoundTrip) {
    self.loop = loop
    self.node = node
    self.worker = worker
    self.trip = trip
  }

  func run(_ count: Int) {
    times = [[], [], []]
    left = count
    loop.soon { [self] in next() }
    loop.run()
  }

  private func next() {
    guard left > 0 else { return loop.stop() }
    left -= 1
    call(node, 0) { [self] in
      call(worker, 1) { [self] in
        let start = Instant.now
        do throws(SystemError) { try trip.run() } catch { fatalError("\(error)") }
        note(start, 2)
        next()
      }
    }
  }

  private func call(_ plugin: Plugin, _ place: Int, then next: @escaping () -> Void) {
    let start = Instant.now
    let returned = loop.reply { [self] (result: CallResult) in
      note(start, place)
      guard result.outcome == .done else { fatalError("it failed") }
      next()
    }
    plugin.invoke(
      PluginCall(
        handler: 0, arguments: .values([.text("hello")]), id: "exec-1",
        deadline: .now + .seconds(60)),
      host: QuietCall()
    ) { returned($0) }
  }

  private func note(_ start: Instant, _ place: Int) {
    times[place].append(Instant.now.nanoseconds - start.nanoseconds)
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
