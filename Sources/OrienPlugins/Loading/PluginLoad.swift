import COrienABI
import OrienFFI
import OrienModel
import OrienSystem
import Synchronization

/// The loading of one judged library into this process: its constructors, its entry, its open().
///
/// All of it is the plugin's code, which may never return; so it runs on a thread that is given up
/// after a while.
struct PluginLoad: Sendable {
  /// The library's file name without `.so`.
  var name: String
  var path: String
  var hash: String
  var generation: UInt64
  var listing: Listing
  var declaration: PluginDeclaration
  var manifest: Manifest
  var settings: CheckedArguments
  var folder: String
  var node: any PluginHost
  var nodeVersion: String
  var patience: Duration

  /// Blocks up to `patience`. Failures of reason `stuck` leave a thread behind.
  func run() throws(Failure) -> Plugin {
    let answers = Channel<Result<Plugin, Failure>>()
    let stage = Stage()
    do {
      try Thread(orFailing: String(name.prefix(15)), stackBytes: PluginThreads.stackBytes) {
        answers.send(Result { () throws(Failure) in try load(stage) })
      }.detach()
    } catch {
      throw error.failure("starting a thread")
    }
    guard let answer = answers.receive(within: patience) else {
      let what = stage.isLoaded ? "open()" : "loading it"
      throw Failure(
        .unavailable, stage.isLoaded ? "stuck" : "loader-stuck",
        "\(what) did not return within \(patience.milliseconds) ms")
    }
    return try answer.get()
  }

  private final class Stage: Sendable {
    private let box = Atomic(false)
    var isLoaded: Bool { box.load(ordering: .relaxed) }
    func noteLoaded() { box.store(true, ordering: .relaxed) }
  }

  private func load(_ stage: Stage) throws(Failure) -> Plugin {
    let entry = try PluginEntry(loading: path)
    stage.noteLoaded()
    // Another table than the one that was judged is one that nobody has judged.
    guard try Listing(copying: entry.table) == listing else {
      throw Failure(.invalid, "bad-table", "its table is another one than when it was scanned")
    }
    let table = PluginTable(reading: entry.table, declaration)
    let context = PluginContext(id: declaration.id, node: node)
    let host = makeHost(for: context)
    let opened = OpenedPlugin(handle: try open(table, context, host), host: host)
    return Plugin(
      name: name, manifest: manifest, hash: hash, generation: generation, table: table,
      context: context, opened: opened)
  }

  /// Never freed: the plugin may keep it, and is never unloaded.
  private func makeHost(for context: PluginContext) -> UnsafeMutablePointer<orien_host> {
    let host = UnsafeMutablePointer<orien_host>.allocate(capacity: 1)
    host.initialize(
      to: orien_host(
        size: ServiceTables.bytes(of: orien_host.self), version: nodeVersion.lasting,
        folder: folder.lasting,
        service: { host, id in
          guard LiveHosts.find(host) != nil, let id = try? PluginText.copy(id, atMost: 64) else {
            return nil
          }
          return ServiceTables.shared.find(id)
        },
        release: { host, bytes in LiveHosts.find(host)?.release(bytes.data) }))
    LiveHosts.add(context, at: host)
    return host
  }

  /// Calls open() and answers `self`.
  private func open(
    _ table: PluginTable, _ context: PluginContext, _ host: UnsafeMutablePointer<orien_host>
  ) throws(Failure) -> UnsafeMutableRawPointer? {
    guard let open = table.open else { return table.context }
    let deadline = Instant.now + patience
    let handle = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: 1)
    handle.initialize(to: table.context)
    defer { handle.deallocate() }
    let frame = CallFrame(
      call: RunningCall(id: "open", plugin: context, host: nil, units: [], deadline: deadline),
      signature: declaration.isOpenPacked
        ? .packed : Signature(declaration.settings.map(\.kind)),
      values: declaration.isOpenPacked ? [.bytes(settings.packed)] : settings.values,
      first: UnsafeMutableRawPointer(handle), host: host, deadline: deadline)
    var arena = Arena()
    switch frame.run(open, &arena) {
    case .done: return handle.pointee
    case .exec: throw Failure(.internal, "plugin-misbehaved", "open() returned ORIEN_EXEC")
    case .failed(let failure):
      throw Failure(failure.code, failure.reason, "open(): \(failure.message)")
    }
  }
}

extension String {
  /// A copy for the plugin that is never freed.
  fileprivate var lasting: UnsafePointer<CChar> {
    let bytes = utf8CString
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    for (index, byte) in bytes.enumerated() { (copy + index).initialize(to: byte) }
    return UnsafePointer(copy)
  }
}
