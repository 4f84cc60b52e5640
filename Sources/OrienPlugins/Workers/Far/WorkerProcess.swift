import OrienModel
import OrienSystem

/// The work of the process that holds one plugin for a node: `orien-worker --plugin`, with the
/// node's socket as its standard input. It ends when the node closes that, and with the node.
package enum WorkerProcess {
  static let socket: Int32 = 0

  /// Called first thing in a process of its own; any other thread is the plugin's.
  package static func run() -> Never {
    let node = FarNode(Descriptor(owning: socket))
    let (message, library) = node.next()
    guard case .load(let order) = message else { Confinement.exit(70) }
    var placed = order
    // Open for good: the loader knows the library by this name.
    if let library { placed.code = .library("/proc/self/fd/\(library)") }
    do {
      // On the first thread, whose bounds are all others'.
      try Confinement.apply(
        memoryBytes: order.memoryBytes, openFiles: order.openFiles, isWalled: order.isWalled)
    } catch {
      refuse(error.failure("bounding the worker"), node)
    }
    let worker: Worker
    do { worker = try Worker(node, order) } catch {
      refuse(error.failure("starting a worker"), node)
    }
    // What open() asks of the node is answered on another thread than this one.
    do throws(Failure) {
      try worker.listen()
      worker.begin(with: try placed.load(for: node))
    } catch {
      refuse(error, node)
    }
    worker.watch()
  }

  private static func refuse(_ failure: Failure, _ node: FarNode) -> Never {
    node.say(.loaded(failure))
    Confinement.exit(0)
  }
}

extension WorkerOrder {
  /// Blocks for as long as the plugin likes.
  fileprivate func load(for node: FarNode) throws(Failure) -> any LocalHome {
    switch code {
    case .library(let path): try load(path, for: node)
    case .declared(let manifest): try load(declared: manifest)
    }
  }

  private func load(declared manifest: [UInt8]) throws(Failure) -> FunctionHome {
    let candidate = try DeclaredTool(parsing: manifest, named: name).candidate(hash: "", manifest)
    guard case .function(let function) = candidate.code else {
      throw Failure(.internal, "bad-frame", "a worker holds no program")
    }
    return try FunctionHome(function, name: name, slots: Int(clamping: slots))
  }

  private func load(_ path: String, for node: FarNode) throws(Failure) -> any LocalHome {
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
    let home = try load.begin(on: PluginLoad.thread()).result().get().home
    guard let home = home as? any LocalHome else {
      preconditionFailure("a library that is loaded lives here")
    }
    return home
  }
}
