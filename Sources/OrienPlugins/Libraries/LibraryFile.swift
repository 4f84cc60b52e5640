import CSodium
import OrienModel
import OrienSystem

/// A file of `tools.d`, read once and judged by what was read: owner, mode, kind and size of the
/// open file, never of a name that may lead elsewhere by then.
struct LibraryFile {
  let bytes: [UInt8]
  /// SHA-256, in hexadecimal digits.
  let hash: String

  static let mostBytes = 128 << 20
  static let mostManifestBytes = 64 << 10

  /// Reads a library that this user may trust.
  init(_ name: FolderPath, in folder: Folder) throws(Failure) {
    bytes = try Self.read(name, in: folder, atMost: Self.mostBytes)
    hash = Self.sha256(bytes)
  }

  /// Reads the manifest; nil where there is none.
  static func manifest(_ name: FolderPath, in folder: Folder) throws(Failure) -> [UInt8]? {
    do throws(Failure) {
      return try read(name, in: folder, atMost: mostManifestBytes)
    } catch {
      if error.code == .notFound { return nil }
      throw error
    }
  }

  /// Reads what lies beside a file as its signature; nil where nothing does.
  static func signature(of name: FolderPath, in folder: Folder) throws(Failure) -> [UInt8]? {
    do throws(Failure) {
      return try read(
        FolderPath(name.text + ".minisig"), in: folder, atMost: PluginSignature.mostBytes)
    } catch {
      if error.code == .notFound { return nil }
      throw Failure(error.code, error.reason, "\(name.text).minisig: \(error.message)")
    }
  }

  private static func read(
    _ name: FolderPath, in folder: Folder, atMost most: Int
  ) throws(Failure) -> [UInt8] {
    let file = try folder.file(name)
    let before = try status(file, name)
    guard before.owner == 0 || before.owner == User.current else {
      throw untrusted("owned by user \(before.owner), expected root or user \(User.current)")
    }
    guard before.mode & 0o022 == 0 else {
      throw untrusted("others may write to it (mode \(String(before.mode, radix: 8))); chmod go-w")
    }
    guard before.mode & 0o6000 == 0 else {
      throw untrusted("it is set-id (mode \(String(before.mode, radix: 8))); chmod ug-s")
    }
    guard before.bytes <= most else {
      throw Failure(.tooLarge, "too-large", "\(before.bytes) bytes, expected at most \(most)")
    }
    let bytes: [UInt8]
    do {
      bytes = try file.readAll(atMost: Int(before.bytes) + 1)
    } catch {
      throw error.failure("reading it")
    }
    let after = try status(file, name)
    guard bytes.count == Int(before.bytes), after.modifiedNanoseconds == before.modifiedNanoseconds
    else {
      throw Failure(
        .unavailable, "changing", "it changed while it was read; put it there by a rename")
    }
    return bytes
  }

  private static func status(
    _ file: borrowing Descriptor, _ name: FolderPath
  ) throws(Failure) -> FileStatus {
    do { return try file.status() } catch { throw error.failure("reading it") }
  }

  private static func untrusted(_ what: String) -> Failure {
    Failure(.denied, "untrusted-file", what)
  }

  static func sha256(_ bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
    crypto_hash_sha256(&digest, bytes, UInt64(bytes.count))
    return String(hex: digest)
  }
}
