import COrienABI
import OrienFFI
import OrienModel
import OrienSystem
import Synchronization

/// The loading of one judged library into this process: its constructors, its entry, its open().
///
/// All of it is the plugin's code, which may never return; so it runs on a thread that is given up
/// then.
struct PluginLoad: Sendable {
  /// The library's name in `tools.d`.
  var file: String
  var candidate: Candidate.Sound
  /// Of the node's own copy.
  var path: String
  var generation: UInt64
  var folder: String
  var node: any PluginHost
  var nodeVersion: String
  var patience: Duration

  private var name: String { LibraryName.stem(of: file) }

  /// One that has begun, and may be waited for.
  struct Begun: Sendable {
    fileprivate let answers = Channel<Result<Plugin, Failure>>()
    fileprivate let stage = Stage()
    private let patience: Duration
    fileprivate let due: Instant

    fileprivate init(_ patience: Duration) {
      self.patience = patience
      due = .now + patience
    }

    /// Its constructors have let the dynamic loader go, of which there is one.
    var isLoaded: Bool { stage.isLoaded }

    /// What it came to, or nil where that is not known within `patience`.
    func result(within patience: Duration) -> Result<Plugin, Failure>? {
      answers.receive(within: min(patience, due.since(.now)))
    }

    /// Blocks until its patience is over. Failures of reason `stuck` leave a thread behind.
    func result() -> Result<Plugin, Failure> {
      if let result = result(within: due.since(.now)) { return result }
      let what = isLoaded ? "open()" : "loading it"
      return .failure(
        Failure(
          .unavailable, isLoaded ? "stuck" : "loader-stuck",
          "\(what) did not return within \(patience.milliseconds) ms"))
    }
  }

  /// One that loads libraries in turn, for as long as each returns soon.
  static func thread() throws(Failure) -> Ahead {
    do throws(SystemError) {
      return try Ahead(orFailing: "loader", stackBytes: PluginThreads.stackBytes)
    } catch {
      throw error.failure("starting a thread")
    }
  }

  func begin(on thread: Ahead) -> Begun {
    let begun = Begun(patience)
    _ = thread.begin {
      // Whatever the one before has made of it.
      Thread.prepare(as: name)
      begun.answers.send(Result { () throws(Failure) in try load(begun) })
    }
    return begun
  }

  fileprivate final class Stage: Sendable {
    private let box = Atomic(false)
    var isLoaded: Bool { box.load(ordering: .relaxed) }
    func noteLoaded() { box.store(true, ordering: .relaxed) }
  }

  private func load(_ begun: Begun) throws(Failure) -> Plugin {
    let declaration = candidate.declaration
    let entry = try PluginEntry(loading: path)
    begun.stage.noteLoaded()
    // Another table than the one that was judged is one that nobody has judged.
    guard try Listing(copying: entry.table) == candidate.listing else {
      throw Failure(.invalid, "bad-table", "its table is another one than when it was scanned")
    }
    let table = PluginTable(reading: entry.table, declaration)
    let context = PluginContext(
      PluginIdentity(
        id: declaration.id, name: name, manifest: candidate.manifest, folder: folder), node: node)
    let host = makeHost(for: context)
    let opened = OpenedPlugin(handle: try open(table, context, host, due: begun.due), host: host)
    return Plugin(
      candidate, file: file, generation: generation, folder: folder,
      home: Residence(name: name, table: table, context: context, opened: opened))
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
    _ table: PluginTable, _ context: PluginContext, _ host: UnsafeMutablePointer<orien_host>,
    due: Instant
  ) throws(Failure) -> UnsafeMutableRawPointer? {
    guard let open = table.open else { return table.context }
    let (declaration, settings) = (candidate.declaration, candidate.settings)
    let handle = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: 1)
    handle.initialize(to: table.context)
    defer { handle.deallocate() }
    let frame = CallFrame(
      call: RunningCall(id: "open", plugin: context, host: nil, units: [], deadline: due),
      signature: declaration.isOpenPacked
        ? .packed : Signature(declaration.settings.map(\.kind)),
      values: declaration.isOpenPacked ? [.bytes(settings.packed)] : settings.values,
      first: UnsafeMutableRawPointer(handle), host: host, deadline: due)
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
