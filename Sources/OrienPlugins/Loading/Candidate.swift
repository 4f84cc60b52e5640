import OrienModel
import OrienSystem

/// A library, or a manifest that declares a tool by itself, judged without running code of it here.
struct Candidate: Sendable {
  var file: String
  var hash: String?
  var outcome: Outcome

  enum Outcome: Sendable {
    case sound(Sound)
    case refused(Failure)
    /// A plugin's manifest whose library is not there.
    case nothing
  }

  struct Sound: Sendable {
    var code: Code
    var hash: String
    var listing: Listing
    var declaration: PluginDeclaration
    var manifest: Manifest
    /// Of the manifest's file; nil where there is none.
    var manifestBytes: [UInt8]?
    var settings: CheckedArguments
  }

  /// What is called.
  enum Code: Sendable {
    /// The node's own copy, by its path.
    case library(String)
    case program(Program)
    case function(Function)
  }

  /// Why it is refused; nil where it is not.
  var reason: String? {
    if case .refused(let failure) = outcome { failure.reason } else { nil }
  }

  /// The file's name without `.so` or `.json`.
  var name: String { LibraryName.stem(of: file) }
}

/// The judgement of one library after the other. Blocks; any thread.
struct Examination: Sendable {
  let folder: Folder
  let store: PluginStore
  var scanner: Scanner
  let trust: PluginTrust
  var settings: [PluginSettings] = []
  /// What manifests were a moment ago, by their libraries' names.
  var manifests: [String: ReadManifest] = [:]
  /// Told before what takes its time or changes the store: a library that is read whole, a process that
  /// scans one, a signature. It may wait.
  var onSlow: @Sendable () -> Void = {}

  func candidate(_ name: FolderPath) -> Candidate {
    var candidate = Candidate(
      file: name.text, hash: nil,
      outcome: .refused(Failure(.internal, "unread", "it was not read")))
    do throws(Failure) {
      candidate.outcome =
        LibraryName(name) == .manifest
        ? try declared(name, &candidate) : .sound(try examine(name, &candidate))
    } catch {
      candidate.outcome = .refused(error)
    }
    return candidate
  }

  private func examine(
    _ name: FolderPath, _ candidate: inout Candidate
  ) throws(Failure) -> Candidate.Sound {
    // The operator's word comes first: what is switched off is not even scanned.
    let (manifest, manifestBytes) = try manifest(of: candidate.name)
    let hash = try library(name, &candidate)
    let path = store.pathOfCopy(hash)
    let listing = try listing(of: path, hash: hash)
    let declaration = try listing.declaration()
    let settings = try manifest.settings(of: declaration)
    return Candidate.Sound(
      code: .library(path), hash: hash, listing: listing, declaration: declaration,
      manifest: manifest,
      manifestBytes: manifestBytes, settings: settings)
  }

  /// Has a copy of the library in the store, and gives back its hash.
  private func library(
    _ name: FolderPath, _ candidate: inout Candidate
  ) throws(Failure) -> String {
    let file = try TrustedFile(name, in: folder, atMost: LibraryFile.mostBytes)
    // A signature is of the bytes, and is checked at each start.
    if trust.isOfAll, let hash = try store.hash(ofFile: name, file.status) {
      candidate.hash = hash
      return hash
    }
    onSlow()
    let library = try LibraryFile(file)
    candidate.hash = library.hash
    try trust(name, library.bytes, library.hash)
    _ = try ELFLibrary(reading: library.bytes)
    _ = try store.keep(library.bytes, hash: library.hash)
    try store.note(file: name, file.status, hash: library.hash)
    return library.hash
  }

  private func declared(
    _ name: FolderPath, _ candidate: inout Candidate
  ) throws(Failure) -> Candidate.Outcome {
    guard let bytes = try LibraryFile.manifest(name, in: folder) else { return .nothing }
    if DeclaredTool.isForLibrary(bytes) { return .nothing }
    let hash = LibraryFile.sha256(bytes)
    candidate.hash = hash
    if !trust.isOfAll { onSlow() }
    try trust(name, bytes, hash)
    let tool = try DeclaredTool(parsing: bytes, named: candidate.name)
    let sound = try tool.candidate(hash: hash, bytes)
    if case .function(let function) = sound.code { try seek(function) }
    return .sound(sound)
  }

  private func trust(_ name: FolderPath, _ bytes: [UInt8], _ hash: String) throws(Failure) {
    try store.keep(trust.standing(of: name, bytes, hash: hash, in: folder), of: name.text)
  }

  /// The library's constructors run where they cost nobody.
  private func seek(_ function: Function) throws(Failure) {
    let question = Scanner.Question.function(function.symbol, library: function.library)
    onSlow()
    guard case .refused(let failure) = try scanner.scan(question) else { return }
    let field = failure.reason == "no-symbol" ? "symbol" : "library"
    throw Failure(failure.code, failure.reason, "manifest.\(field): \(failure.message)")
  }

  private func manifest(of name: String) throws(Failure) -> (Manifest, bytes: [UInt8]?) {
    let bytes: [UInt8]?
    do throws(Failure) {
      bytes = try LibraryFile.manifest(FolderPath(name + ".json"), in: folder)
    } catch {
      throw Failure(error.code, error.reason, "\(name).json: \(error.message)")
    }
    guard let bytes else { return (Manifest(), nil) }
    let known = manifests[name].flatMap { $0.bytes == bytes ? $0.manifest : nil }
    var manifest = if let known { known } else { try Manifest(parsing: bytes) }
    try manifest.mustBeEnabled()
    for own in settings where own.plugin == name { manifest.put(own) }
    return (manifest, bytes)
  }

  private func listing(of path: String, hash: String) throws(Failure) -> Listing {
    let answer: ScanAnswer
    if let known = try store.answer(for: hash) {
      answer = known
    } else {
      onSlow()
      answer = try scanner.scan(.handlers(path: path))
      if answer.isLasting { try store.keep(answer, for: hash) }
    }
    switch answer {
    case .listed(let listing): return listing
    case .found: throw Failure(.internal, "bad-listing", "its scan answered another question")
    case .refused(let failure): throw failure
    }
  }
}

extension Manifest {
  fileprivate func mustBeEnabled() throws(Failure) {
    guard isEnabled else { throw Failure(.denied, "disabled", "manifest.enabled is false") }
  }
}

extension DeclaredTool {
  /// Throws where it is switched off.
  func candidate(hash: String, _ bytes: [UInt8]) throws(Failure) -> Candidate.Sound {
    try manifest.mustBeEnabled()
    let declaration = try declaration()
    let code: Candidate.Code =
      switch body {
      case .program(let program): .program(program)
      case .function(let function): .function(function)
      }
    return Candidate.Sound(
      code: code, hash: hash, listing: listing, declaration: declaration, manifest: manifest,
      manifestBytes: bytes, settings: try manifest.settings(of: declaration))
  }
}
