package import OrienModel
import OrienSystem

/// Whose plugins are loaded: all that lie in `tools.d`, or those alone that one of these keys has
/// signed, or that are listed by their hashes.
package struct PluginTrust: Sendable, Equatable {
  package enum Entry: Sendable, Equatable {
    case key(SigningKey)
    /// SHA-256, in hexadecimal digits.
    case hash(String)

    package init?(_ text: String) {
      if text.hasPrefix("sha256:") {
        let digits = text.dropFirst(7).lowercased()
        guard digits.utf8.count == 64, digits.utf8.allSatisfy({ $0.hexValue != nil }) else {
          return nil
        }
        self = .hash(digits)
      } else {
        guard let key = SigningKey(text) else { return nil }
        self = .key(key)
      }
    }

    package var text: String {
      switch self {
      case .key(let key): key.text
      case .hash(let digits): "sha256:\(digits)"
      }
    }
  }

  /// None: all are trusted.
  private let entries: [Entry]

  package init(_ entries: [Entry]) { self.entries = entries }

  var isOfAll: Bool { entries.isEmpty }

  /// What a file that is trusted was signed as.
  package struct Standing: Sendable, Equatable {
    /// Nil: no signature was needed.
    package var signedAt: UInt64?
  }

  /// The file of that name, by what was read of it. Failures: `unsigned`, `bad-signature`,
  /// `unknown-key`.
  func standing(
    of name: FolderPath, _ bytes: [UInt8], hash: String, in folder: Folder
  ) throws(Failure) -> Standing {
    guard !entries.isEmpty, !entries.contains(.hash(hash)) else { return Standing() }
    guard let file = try LibraryFile.signature(of: name, in: folder) else {
      throw Failure(
        .denied, "unsigned", "PLUGIN_KEYS wants it signed, and there is no \(name.text).minisig")
    }
    let signature = try PluginSignature(parsing: file)
    let keys = entries.compactMap { if case .key(let key) = $0 { key } else { nil } }
    let known = keys.filter { $0.id == signature.keyID }
    guard !known.isEmpty else {
      throw Failure(.denied, "unknown-key", "it is signed by a key that PLUGIN_KEYS does not have")
    }
    guard known.contains(where: { signature.isOf(bytes, by: $0) }) else {
      throw Failure(.denied, "bad-signature", "its signature is of another file, or was changed")
    }
    // What was signed as one plugin is not another, though its key is the same.
    guard let signed = signature.word("file"), signed == name.text,
      let at = signature.word("timestamp").flatMap(UInt64.init)
    else {
      throw Failure(
        .denied, "bad-signature",
        "its signature's trusted comment does not say timestamp:SECONDS and file:\(name.text)")
    }
    return Standing(signedAt: at)
  }

  /// Whether a node that trusts these would load the file at an absolute path, as far as its
  /// signature goes.
  package func verify(_ path: String) throws(Failure) -> Standing {
    guard !entries.isEmpty else {
      throw Failure(.invalid, "no-keys", "PLUGIN_KEYS is empty: every plugin is trusted")
    }
    guard let slash = path.lastIndex(of: "/") else {
      throw Failure(.invalid, "path-invalid", "\(path): expected an absolute path")
    }
    let folder = try Folder(at: slash == path.startIndex ? "/" : String(path[..<slash]))
    let name = try FolderPath(String(path[path.index(after: slash)...]))
    let file = try LibraryFile(name, in: folder)
    return try standing(of: name, file.bytes, hash: file.hash, in: folder)
  }
}

extension PluginStore {
  /// Refuses a file that was signed before the newest of its name that was trusted here: whoever can
  /// put an old one there brings its faults back.
  func keep(_ standing: PluginTrust.Standing, of name: String) throws(Failure) {
    guard let signedAt = standing.signedAt else { return }
    let newest = try newestSignature(of: name) ?? 0
    guard signedAt >= newest else {
      throw Failure(
        .denied, "rolled-back",
        "it was signed at \(signedAt), and one of \(newest) was here: sign it anew to go back")
    }
    if signedAt > newest { try note(signature: signedAt, of: name) }
  }
}
