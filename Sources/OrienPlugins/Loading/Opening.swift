import OrienModel
import OrienSystem

/// The loading of sound libraries in turn: who comes first keeps its ids, and who comes second with
/// one of them is refused.
///
/// A library that takes its time is gone on from and waited for at the end, so that one whose open()
/// hangs takes no time from the others.
struct Opening {
  let folder: ToolsFolder
  let store: PluginStore
  /// Those that are open already.
  private(set) var open: [Plugin]
  let node: any PluginHost
  /// What is left of the time that all libraries have together, and when that is over for the one that
  /// is added. What their judgement is waited for is none of it.
  private var left: Duration
  private var deadline = Instant.now
  var contents: ToolsContents

  /// Files by the plugin's id, and by tool. Of a role there may be several backends; which one is
  /// wanted is not for the loader to say.
  private var plugins: [String: String] = [:]
  private var tools: [String: String] = [:]
  /// Those whose end is not known yet; their ids are theirs until they fail.
  private var begun: [Load] = []
  /// The library in whose constructors the dynamic loader, of which there is one, hangs.
  private var stuck: String?
  /// On which libraries are loaded, until one of them takes its time.
  private var loader: Ahead?

  private struct Load {
    var candidate: Candidate
    var declaration: PluginDeclaration
    var load: PluginLoad.Begun
  }

  /// What a library is waited for before the next one is begun beside it.
  private static let moment = Duration.milliseconds(250)

  init(
    folder: ToolsFolder, store: PluginStore, node: any PluginHost, after open: [Plugin],
    patience: Duration, refused: [RefusedPlugin]
  ) {
    self.folder = folder
    self.store = store
    self.open = open
    self.node = node
    left = patience
    contents = ToolsContents()
    contents.refused = refused
  }

  mutating func add(_ candidate: Candidate) {
    let start = Instant.now
    deadline = start + left
    defer { left -= Instant.now.since(start) }
    do throws(Failure) {
      switch candidate.outcome {
      case .refused(let failure): throw failure
      case .nothing: break
      case .sound(let sound):
        if let plugin = open(candidate), plugin.isOf(sound) {
          try keep(plugin, candidate)
        } else {
          try begin(sound, candidate)
        }
      }
    } catch {
      refuse(candidate, error)
    }
  }

  private func open(_ candidate: Candidate) -> Plugin? { open.first { $0.file == candidate.file } }

  /// Goes on with a plugin as it is.
  private mutating func keep(_ plugin: Plugin, _ candidate: Candidate) throws(Failure) {
    try checkIDs(plugin.declaration, candidate)
    take(ids: plugin.declaration, candidate)
    contents.plugins.append(plugin)
  }

  /// Waits for what is not known yet, and puts all in the order of their names.
  mutating func finish() {
    settle { _ in true }
    contents.plugins.sort { $0.file.utf8.lexicographicallyPrecedes($1.file.utf8) }
    contents.refused.sort { $0.file.utf8.lexicographicallyPrecedes($1.file.utf8) }
  }

  private mutating func begin(
    _ sound: Candidate.Sound, _ candidate: Candidate
  ) throws(Failure) {
    let declaration = sound.declaration
    try checkNeeds(declaration)
    try checkIDs(declaration, candidate)
    try checkGrants(sound, candidate)
    if let predecessor = backend(before: declaration, candidate) {
      try succeed(predecessor, sound, candidate)
      return take(ids: declaration, candidate)
    }
    if let home = try home(of: candidate, sound) {
      take(ids: declaration, candidate)
      contents.plugins.append(
        Plugin(
          sound, file: candidate.file, generation: generation(of: candidate),
          folder: dataFolder(of: sound), home: home))
      return
    }
    // A second one would only wait for the loader behind it.
    settle { !$0.load.isLoaded }
    if let stuck {
      throw Failure(.unavailable, "loader-stuck", "\(stuck) does not let the loader go; remove it")
    }
    let start = Instant.now
    guard start < deadline else {
      throw Failure(
        .unavailable, "late", "was not opened: slow ones took all the time that a start has")
    }
    let loader = if let loader { loader } else { try PluginLoad.thread() }
    self.loader = loader
    let begun = Load(
      candidate: candidate, declaration: declaration,
      load: try beginLoad(
        candidate, sound, generation: generation(of: candidate), on: loader,
        within: min(folder.openPatience, deadline.since(start))))
    take(ids: declaration, candidate)
    if let result = begun.load.result(within: Self.moment) {
      conclude(begun, result)
    } else {
      self.begun.append(begun)
      self.loader = nil
    }
  }

  private mutating func take(ids declaration: PluginDeclaration, _ candidate: Candidate) {
    plugins[declaration.id] = candidate.file
    for tool in declaration.tools { tools[tool] = candidate.file }
  }

  /// Where it runs that is not loaded into this process; nil: it is.
  func home(
    of candidate: Candidate, _ sound: Candidate.Sound
  ) throws(Failure) -> (any PluginHome)? {
    let isolation = sound.manifest.isolation ?? folder.isolation(of: candidate.file)
    if let shortage = shortage(sound, candidate) {
      return WithheldHome(shortage, isolation: isolation)
    }
    return switch sound.code {
    case .program(let program): ProgramHome(program, slots: sound.declaration.slots)
    case .function: try workerHome(candidate, sound, .declared(sound.manifestBytes!))
    case .library(let path):
      isolation == .worker ? try workerHome(candidate, sound, .library(path)) : nil
    }
  }

  /// A process of its own, where it is opened when it is first called.
  private func workerHome(
    _ candidate: Candidate, _ sound: Candidate.Sound, _ code: WorkerOrder.Code
  ) throws(Failure) -> WorkerHome {
    let declaration = sound.declaration
    var listing = JSONWriter()
    listing.write(sound.listing)
    let dataFolder = try store.dataFolder(of: declaration.id)
    let order = WorkerOrder(
      name: candidate.name, code: code, listing: listing.bytes,
      config: JSON.object(sound.manifest.config).compact, folder: dataFolder,
      nodeVersion: folder.nodeVersion,
      slots: UInt64(declaration.slots), memoryBytes: folder.workers.memoryBytes,
      openFiles: folder.workers.openFiles)
    let parts = WorkerParts(
      starter: folder.starter, bounds: folder.workers, manifest: sound.manifest, order: order,
      loop: folder.loop, isAlone: declaration.isBackend,
      context: PluginContext(
        PluginIdentity(
          id: declaration.id, name: candidate.name, manifest: sound.manifest, folder: dataFolder),
        node: node),
      openPatience: folder.openPatience)
    return WorkerHome(parts)
  }

  /// Nobody's who declares a tool alone.
  func dataFolder(of sound: Candidate.Sound) -> String? {
    guard case .library = sound.code else { return nil }
    return store.dataPath(of: sound.declaration.id)
  }

  func beginLoad(
    _ candidate: Candidate, _ sound: Candidate.Sound, generation: UInt64, on loader: Ahead,
    within patience: Duration
  ) throws(Failure) -> PluginLoad.Begun {
    guard case .library(let path) = sound.code else {
      preconditionFailure("a declared tool has a home")
    }
    let load = PluginLoad(
      file: candidate.file, candidate: sound, path: path, generation: generation,
      folder: try store.dataFolder(of: sound.declaration.id), node: node,
      nodeVersion: folder.nodeVersion, patience: patience)
    folder.onLoading(candidate.file)
    return load.begin(on: loader)
  }

  /// Puts a successor in its place, or its predecessor as it was opened again.
  mutating func replace(_ plugin: Plugin, by other: Plugin) {
    for place in open.indices where open[place] === plugin { open[place] = other }
  }

  mutating func append(_ plugin: Plugin) { contents.plugins.append(plugin) }

  func generation(of candidate: Candidate) -> UInt64 {
    folder.generations.next(of: candidate.name)
  }

  /// Waits for those of the libraries begun, each until it is due.
  private mutating func settle(_ isWanted: (Load) -> Bool) {
    while let index = begun.firstIndex(where: isWanted) {
      let load = begun.remove(at: index)
      conclude(load, load.load.result())
    }
  }

  private mutating func conclude(_ load: Load, _ result: Result<Plugin, Failure>) {
    switch result {
    case .success(let plugin): contents.plugins.append(plugin)
    case .failure(let failure):
      plugins[load.declaration.id] = nil
      for tool in load.declaration.tools { tools[tool] = nil }
      if failure.reason == "loader-stuck" { stuck = load.candidate.file }
      refuse(load.candidate, failure)
    }
  }

  private mutating func refuse(_ candidate: Candidate, _ failure: Failure) {
    var refused = RefusedPlugin(file: candidate.file, hash: candidate.hash, failure: failure)
    if case .sound(let sound) = candidate.outcome {
      refused.id = sound.declaration.id
      refused.version = sound.declaration.version
    }
    // What serves goes on until there is something better, or somebody says that it is not to.
    if failure.reason != "disabled", let plugin = open(candidate), plugin.state != .closed,
      (try? keep(plugin, candidate)) != nil
    {
      refused.failure.message += "; generation \(plugin.generation) serves on"
    }
    contents.refused.append(refused)
  }

  private mutating func checkIDs(
    _ declaration: PluginDeclaration, _ candidate: Candidate
  ) throws(Failure) {
    let owners = [plugins[declaration.id]] + declaration.tools.map { tools[$0] }
    // Who has not opened yet may still fail, and owns nothing then.
    settle { owners.contains($0.candidate.file) }
    if let owner = plugins[declaration.id] {
      throw Failure(
        .conflict, "duplicate-id", "plugin \(declaration.id) is \(owner) already; remove one")
    }
    for tool in declaration.tools {
      if let owner = tools[tool] {
        throw Failure(
          .conflict, "duplicate-id",
          "tool \(tool) belongs to \(owner), which comes before \(candidate.file); remove one")
      }
    }
  }

  private func checkNeeds(_ declaration: PluginDeclaration) throws(Failure) {
    let known = ServiceTables.shared.ids
    for need in declaration.needs where !known.contains(need) && !Need.isGrant(need) {
      throw Failure(
        .unavailable, "needs",
        "needs \(need.quoted), which this node does not have; it has \(known.joined(separator: ", "))"
      )
    }
  }
}

extension Opening {
  private func shortage(_ sound: Candidate.Sound, _ candidate: Candidate) -> Failure? {
    sound.shortage(name: candidate.name, reaches: folder.reaches)
  }

  /// A new library that wants more than the operator gave the one that serves is worse than that. Where
  /// it is the manifest that changed the operator has spoken, and nothing serves against his word.
  private func checkGrants(
    _ sound: Candidate.Sound, _ candidate: Candidate
  ) throws(Failure) {
    guard let shortage = shortage(sound, candidate), let plugin = open(candidate),
      !(plugin.home is WithheldHome), plugin.hash != sound.hash,
      plugin.candidate.manifestBytes == sound.manifestBytes
    else { return }
    throw shortage
  }
}

extension PluginDeclaration {
  /// The names that no two plugins of a node share.
  fileprivate var tools: [String] { handlers.filter { $0.role == nil }.map(\.name) }
}
