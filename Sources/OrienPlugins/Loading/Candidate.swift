import OrienModel
import OrienSystem

/// A library that was judged without running its code here.
struct Candidate: Sendable {
  var file: String
  var hash: String?
  var outcome: Outcome

  enum Outcome: Sendable {
    case sound(Sound)
    case refused(Failure)
  }

  struct Sound: Sendable {
    /// Of the node's own copy.
    var path: String
    var hash: String
    var listing: Listing
    var declaration: PluginDeclaration
    var manifest: Manifest
    /// Of the manifest's file; nil where there is none.
    var manifestBytes: [UInt8]?
    var settings: CheckedArguments
  }

  /// Why it is refused; nil where it is not.
  var reason: String? {
    if case .refused(let failure) = outcome { failure.reason } else { nil }
  }

  /// The file's name without `.so`.
  var name: String { String(file.dropLast(3)) }
}

/// The judgement of one library after the other. Blocks; any thread.
struct Examination: Sendable {
  let folder: Folder
  let store: PluginStore
  let scanner: Scanner

  func candidate(_ name: FolderPath) -> Candidate {
    var candidate = Candidate(
      file: name.text, hash: nil,
      outcome: .refused(Failure(.internal, "unread", "it was not read")))
    do throws(Failure) {
      candidate.outcome = .sound(try examine(name, &candidate))
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
    let file = try LibraryFile(name, in: folder)
    candidate.hash = file.hash
    _ = try ELFLibrary(reading: file.bytes)
    let path = try store.keep(file.bytes, hash: file.hash)
    let listing = try listing(of: path, hash: file.hash)
    let declaration = try listing.declaration()
    let settings = try manifest.settings(of: declaration)
    return Candidate.Sound(
      path: path, hash: file.hash, listing: listing, declaration: declaration, manifest: manifest,
      manifestBytes: manifestBytes, settings: settings)
  }

  private func manifest(of name: String) throws(Failure) -> (Manifest, bytes: [UInt8]?) {
    let bytes: [UInt8]?
    do throws(Failure) {
      bytes = try LibraryFile.manifest(FolderPath(name + ".json"), in: folder)
    } catch {
      throw Failure(error.code, error.reason, "\(name).json: \(error.message)")
    }
    guard let bytes else { return (Manifest(), nil) }
    let manifest = try Manifest(parsing: bytes)
    guard manifest.isEnabled else {
      throw Failure(.denied, "disabled", "manifest.enabled is false")
    }
    return (manifest, bytes)
  }

  private func listing(of path: String, hash: String) throws(Failure) -> Listing {
    let answer: ScanAnswer
    if let known = try store.answer(for: hash) {
      answer = known
    } else {
      answer = try scanner.scan(path)
      if answer.isLasting { try store.keep(answer, for: hash) }
    }
    switch answer {
    case .listed(let listing): return listing
    case .refused(let failure): throw failure
    }
  }
}
