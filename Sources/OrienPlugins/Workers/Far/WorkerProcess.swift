import OrienFFI
import OrienModel
import OrienSystem
import Synchronization

/// The work of the process that holds one plugin for a node: `orien-worker --plugin`, with the
/// node's socket as its standard input. It ends when the node closes that, and with the node.
package enum WorkerProcess {
  static let socket: Int32 = 0

  /// Called first thing in a process of its own; any other thread is the plugin's.
  package static func run() -> Never {
    let node = FarNode(Descriptor(owning: socket))
    let worker = Worker(node)
    node.read { socket in
      var reader = MessageReader(takesDescriptors: true)
      while true { worker.hear(next(&reader, socket), &reader) }
    }
    Confinement.exit(0)
  }

  /// Waits for what the node says next. The end of it is the end of this process.
  private static func next(
    _ reader: inout MessageReader, _ socket: borrowing Descriptor
  ) -> NodeMessage {
    while true {
      do throws(Failure) {
        switch try reader.next(from: socket) {
        case .message(let message):
          return try NodeMessage(kind: message.kind, id: message.id, body: message.body)
        case .partial: break
        case .end: Confinement.exit(0)
        }
      } catch {
        Confinement.exit(70)
      }
      let never = Instant(nanoseconds: .max)
      if (try? ChildProcess.wait(for: socket.raw, until: never)) == nil { Confinement.exit(71) }
    }
  }
}

/// The plugin of this process, as the node asks of it.
private final class Worker: Sendable {
  private let node: FarNode
  private let plugin = Mutex<Plugin?>(nil)
  private let calls = Mutex(Calls())
  /// Closed once it is to end and carries nothing.
  private let quiet = Channel<Never>()

  private let returned = Atomic<UInt>(0)
  /// After so many, and whenever it is asked, it says what it holds.
  private static let callsToReport: UInt = 32

  private struct Calls {
    var running: [UInt64: FarCall] = [:]
    var isClosing = false

    var areOver: Bool { isClosing && running.isEmpty }
  }

  init(_ node: FarNode) { self.node = node }

  func hear(_ message: NodeMessage, _ reader: inout MessageReader) {
    switch message {
    case .load(let order): load(order, reader.takeDescriptor())
    case .call(let id, let call): run(call, as: id)
    case .cancel(let id): calls.withLock { $0.running[id] }?.cancel()
    case .answer(let number, let answer):
      var descriptor: Int32?
      if case .opened = answer { descriptor = reader.takeDescriptor()?.release() }
      node.hear(FarNode.Answer(answer: answer, descriptor: descriptor), to: number)
    case .probe: probe()
    case .close: close()
    }
  }

  /// On a thread of its own: what open() asks of the node is answered on this one.
  private func load(_ order: WorkerOrder, _ library: consuming Descriptor?) {
    var order = order
    // Open for good: the loader knows the library by this name.
    if let library { order.code = .library("/proc/self/fd/\(library.release())") }
    do {
      // On the first thread, whose bounds are all others'.
      try Confinement.apply(
        memoryBytes: order.memoryBytes, openFiles: order.openFiles, isWalled: order.isWalled)
    } catch {
      return refuse(error.failure("bounding the worker"))
    }
    Thread("load") { [self, order] in
      do throws(Failure) {
        let loaded = try order.load(for: node)
        plugin.withLock { $0 = loaded }
        node.say(.loaded(nil))
        sayHoldings()
      } catch {
        refuse(error)
      }
    }.detach()
  }

  private func refuse(_ failure: Failure) {
    node.say(.loaded(failure))
    Confinement.exit(0)
  }

  private func run(_ call: PluginCall, as id: UInt64) {
    guard let plugin = plugin.withLock({ $0 }),
      plugin.declaration.handlers.indices.contains(call.handler)
    else {
      Confinement.exit(70)
    }
    let host = FarCall(id, limits: call.limits, node: node)
    calls.withLock { $0.running[id] = host }
    plugin.invoke(call, host: host) { [self] result in
      node.say(.returned(id, result))
      let areOver = calls.withLock { calls in
        calls.running[id] = nil
        return calls.areOver
      }
      if areOver { quiet.close() }
      if returned.wrappingAdd(1, ordering: .relaxed).newValue % Self.callsToReport == 0 {
        sayHoldings()
      }
    }
  }

  private func sayHoldings() {
    guard let bytes = ProcessMemory.residentBytes else { return }
    node.say(.holds(WorkerHoldings(residentBytes: bytes, openFiles: UInt64(OpenFiles.count))))
  }

  private func probe() {
    sayHoldings()
    guard let home = plugin.withLock({ $0 })?.home else { return }
    guard let answers = home.beginAsking() else { return node.say(.probed(nil)) }
    // Not this thread's time: a call that comes meanwhile waits for no probe.
    Thread("probe") { [node] in
      if let answer = answers.receive() { node.say(.probed(answer)) }
    }.detach()
  }

  private func close() {
    let areOver = calls.withLock { calls in
      calls.isClosing = true
      return calls.areOver
    }
    if areOver { quiet.close() }
    // On a thread of its own, as above. The node ends who takes too long for it.
    Thread("close") { [self] in
      // A plugin without close() waits for none of its calls.
      _ = quiet.receive()
      let isClosed = (try? plugin.withLock({ $0 })?.close(within: .seconds(60))) != nil
      Confinement.exit(isClosed ? 0 : 1)
    }.detach()
  }
}

extension WorkerOrder {
  /// Blocks for as long as the plugin likes.
  fileprivate func load(for node: FarNode) throws(Failure) -> Plugin {
    switch code {
    case .library(let path): try load(path, for: node)
    case .declared(let manifest): try load(declared: manifest)
    }
  }

  private func load(declared manifest: [UInt8]) throws(Failure) -> Plugin {
    let candidate = try DeclaredTool(parsing: manifest, named: name).candidate(hash: "", manifest)
    guard case .function(let function) = candidate.code else {
      throw Failure(.internal, "bad-frame", "a worker holds no program")
    }
    let slots = candidate.declaration.slots
    return Plugin(
      candidate, file: name, generation: 1,
      home: try FunctionHome(function, name: name, slots: slots))
  }

  private func load(_ path: String, for node: FarNode) throws(Failure) -> Plugin {
    let listing = try Listing(JSON(parsing: listing))
    let declaration = try listing.declaration()
    var manifest = Manifest()
    manifest.config = try JSON(parsing: config).members ?? []
    let candidate = Candidate.Sound(
      code: .library(path), hash: "", listing: listing, declaration: declaration,
      manifest: manifest,
      settings: try manifest.settings(of: declaration))
    let load = PluginLoad(
      file: name, candidate: candidate, path: path, generation: 1, folder: folder, node: node,
      nodeVersion: nodeVersion, patience: .seconds(3600))
    return try load.begin().result().get()
  }
}
