package import OrienModel
package import OrienSystem
import Synchronization

/// `tools.d`: the folder of libraries that make this node's tools.
///
/// Nothing in it is trusted: `load` judges the folder, each file, its header and its table before
/// any of its code runs in this process, and what it refuses costs that library alone.
package struct ToolsFolder: Sendable {
  /// Absolute.
  package let path: String
  /// Where the node keeps its own copies: absolute, made where missing.
  package let storePath: String
  /// The program `orien-worker`.
  package var worker: String
  package let nodeVersion: String
  /// What a plugin's open() may take. A backend that is slow to answer is for probe() to report.
  package var openPatience = Duration.seconds(10)

  /// Where a plugin runs that does not come with Orien, and whose manifest does not say.
  package var isolation = Manifest.Isolation.node
  package var workers = WorkerBounds()
  /// What the operator says of plugins beside their manifests.
  package var settings: [PluginSettings] = []
  /// Whose plugins are loaded.
  package var trust = PluginTrust([])
  /// How plugins get a process of their own.
  package var starter: any WorkerStarter
  /// On which calls are made and their results wanted: it hears workers whose calls are quick.
  package var loop: Loop?
  /// Loads what comes with Orien, and refuses all else unread.
  package var isSafe = false
  /// Told of each library whose code is to run in this process next.
  package var onLoading: @Sendable (String) -> Void = { _ in }
  /// Told where what is of no library any more could not be removed.
  package var onUntidy: @Sendable (Failure) -> Void = { _ in }
  /// Asked of each backend that is to be closed for its successor. Blocks for a moment.
  package var onSucceeding: @Sendable (Plugin) -> Succession = { _ in .ready }
  /// Whether entries of a manifest's `network` name a `HOST:PORT`.
  package var reaches: @Sendable (_ entries: [String], _ target: String) -> Bool = {
    $0.contains($1)
  }
  let generations = Generations()
  /// The libraries that come with Orien.
  static let shipped =
    ["jail-run.so", "multipass-vm.so", "nginx-proxy.so", "qemu-vm.so", "stream-payments.so"]
    + inNode
  /// Those of them that run in the node where no manifest says another thing.
  private static let inNode = ["docker-run.so", "echo.so", "node_script.so", "python_script.so"]

  func isolation(of library: String) -> Manifest.Isolation {
    Self.inNode.contains(library) ? .node : isolation
  }

  package init(
    path: String, storePath: String, worker: String, nodeVersion: String
  ) {
    self.path = path
    self.storePath = storePath
    self.worker = worker
    starter = OpenWorkers(worker)
    self.nodeVersion = nodeVersion
  }

  /// How long a scan may take, and for whom that was too short, again.
  package var scanPatience = Scan.patience
  /// What the scans of all libraries may take together, and what their open()s may: so long, and a
  /// little longer for each library. What has not answered by then is refused, for this start alone.
  package var togetherPatience = Duration.seconds(10)

  static let mostLibraries = 4096
  static let mostNames = 1 << 16

  /// Loads and opens what is there, in the order of names; what is open already and has not changed
  /// is gone on with, and so is what changed for the worse. Blocks; before the loop runs, or off it:
  /// for the plugins' code at most twice `togetherPatience`, a tenth of a second for each library, and
  /// a second for the first probes, and what each backend takes that is replaced. Fails only where the
  /// folder or the store cannot be used at all.
  ///
  /// `retired` are out of use for who comes anew, but not at their end.
  package func load(
    for node: any PluginHost, after open: [Plugin] = [], beside retired: [Plugin] = []
  ) throws(Failure) -> ToolsContents {
    let judgement = Judgement()
    try judge(into: judgement, beside: open + retired)
    return try load(judgement, for: node, after: open)
  }

  /// The same of what is judged meanwhile, or has been.
  package func load(
    _ judgement: Judgement, for node: any PluginHost, after open: [Plugin] = []
  ) throws(Failure) -> ToolsContents {
    var opening: Opening?
    while let step = judgement.next() {
      switch step {
      case .begun(let store, let names, let refused):
        opening = Opening(
          folder: self, store: store, node: node, after: open, patience: patience(of: names),
          refused: refused)
      case .found(let candidate): opening?.add(candidate)
      case .failed(let failure): throw failure
      }
    }
    guard var opening else { preconditionFailure("a judgement begins, or fails") }
    opening.finish()
    Plugin.probe(opening.contents.plugins.filter { plugin in !open.contains { $0 === plugin } })
    return opening.contents
  }

  func store() throws(Failure) -> PluginStore {
    try PluginStore(at: storePath, reader: "\(nodeVersion) \(Self.abi)")
  }

  /// The least that a library adds to what all have together.
  private static let share = Duration.milliseconds(50)

  func patience(of libraries: Int) -> Duration { togetherPatience + Self.share * libraries }

  /// What a cached scan depends on beside library and node.
  private static var abi: String {
    "orien_plugin_v1 \(Listing.Bounds.handlers) \(Grammar.revision)"
  }

  /// The names of libraries, and of manifests without one, sorted; and those that only look so.
  func libraries(in folder: Folder) throws(Failure) -> ([FolderPath], [RefusedPlugin]) {
    var names: [FolderPath] = []
    var refused: [RefusedPlugin] = []
    let all = try folder.names(atMost: Self.mostNames)
    let libraries = Set(all.map(\.text).filter { $0.hasSuffix(".so") })
    for name in all {
      if name.text.hasSuffix(".json"),
        libraries.contains(LibraryName.stem(of: name.text) + ".so")
      {
        continue
      }
      switch LibraryName(name) {
      case .manifest where isSafe && Self.shipped.contains(LibraryName.stem(of: name.text) + ".so"):
        continue
      case .library where isSafe && !Self.shipped.contains(name.text), .manifest where isSafe:
        refused.append(
          RefusedPlugin(
            file: name.text,
            failure: Failure(
              .denied, "safe-mode", "not loaded: --safe-mode loads what comes with Orien alone")))
      case .library, .manifest: names.append(name)
      case .malformed:
        refused.append(
          RefusedPlugin(
            file: name.text,
            failure: Failure(
              .invalid, "bad-name",
              "expected a name of A-Z a-z 0-9 . _ -, at most 64 bytes, ending in .so or .json")))
      case .other: continue
      }
    }
    names.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    for name in names.dropFirst(Self.mostLibraries) {
      refused.append(
        RefusedPlugin(
          file: name.text,
          failure: Failure(
            .full, "too-many",
            "the folder holds \(names.count) libraries; "
              + "the first \(Self.mostLibraries) by name are used")))
    }
    return (Array(names.prefix(Self.mostLibraries)), refused)
  }
}

/// Whether a backend can be closed for its successor.
package enum Succession: Sendable {
  /// None of its calls is under way, and none will be until what was loaded is adopted.
  case ready
  /// Some are, and none begins; it is asked again when they are over.
  case waits
  /// They have taken too long, and others begin.
  case overdue
}

/// What a name in `tools.d` is.
enum LibraryName {
  case library
  /// A library's, or that of a declared tool.
  case manifest
  /// It ends as these do, and is not used.
  case malformed
  /// An editor's file, what is still being copied.
  case other

  init(_ name: FolderPath) {
    let bytes = name.bytes
    let isLibrary = bytes.count > 3 && bytes.suffix(3).elementsEqual(".so".utf8)
    let isManifest = bytes.count > 5 && bytes.suffix(5).elementsEqual(".json".utf8)
    guard isLibrary || isManifest, bytes[0] != UInt8(ascii: ".") else {
      self = .other
      return
    }
    let isSound =
      bytes.count <= 64 && bytes.allSatisfy { $0.isASCIIWord || $0 == UInt8(ascii: ".") }
    self = !isSound ? .malformed : isLibrary ? .library : .manifest
  }

  /// A file's name without `.so` or `.json`.
  static func stem(of file: String) -> String {
    String(file.dropLast(file.hasSuffix(".so") ? 3 : file.hasSuffix(".json") ? 5 : 0))
  }
}
