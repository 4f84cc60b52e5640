import CSodium
import OrienModel
import OrienSystem

/// A library of `tools.d`, read once.
struct LibraryFile {
  let bytes: [UInt8]
  /// SHA-256, in hexadecimal digits.
  let hash: String

  static let mostBytes = 128 << 20
  static let mostManifestBytes = 64 << 10

  /// Reads a library that this user may trust.
  init(_ name: FolderPath, in folder: Folder) throws(Failure) {
    try self.init(TrustedFile(name, in: folder, atMost: Self.mostBytes))
  }

  init(_ file: borrowing TrustedFile) throws(Failure) {
    bytes = try file.read()
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
    try TrustedFile(name, in: folder, atMost: most).read()
  }

  static func sha256(_ bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
    crypto_hash_sha256(&digest, bytes, UInt64(bytes.count))
    return String(hex: digest)
  }
}
