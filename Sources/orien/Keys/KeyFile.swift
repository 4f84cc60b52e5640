import OrienModel
import OrienSystem

/// `keys.json` in the state folder: who may ask the node, beside whoever has PROVIDER_API_KEY.
enum KeyFile {
  static let name: FolderPath = "keys.json"
  private static let lockName: FolderPath = "keys.lock"
  private static let patience = Duration.seconds(10)
  private static let mostBytes = 4 << 20
  private static let mostKeys = 10_000

  /// The keys of a state folder; none where there is no such file.
  static func read(in stateFolder: String) throws(Failure) -> [KeyRecord] {
    guard HostFile.kind(at: stateFolder) != nil else { return [] }
    return try read(in: try Folder(at: stateFolder))
  }

  /// Changes the keys, making folder and file where they are missing. Whoever else would change them
  /// meanwhile waits.
  static func change<Value>(
    in stateFolder: String, _ body: (inout [KeyRecord]) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let folder = try Folder(at: stateFolder, creating: true)
    return try folder.whileHolding(lockName, waiting: patience) { () throws(Failure) in
      var keys = try read(in: folder)
      let value = try body(&keys)
      guard keys.count <= mostKeys else {
        throw Failure(.full, "too-many-keys", "a node has \(mostKeys) keys at most")
      }
      let json = JSON.object([JSON.Member("keys", .array(keys.map(\.stored)))])
      try folder.replace(name, with: json.compact + [UInt8(ascii: "\n")])
      return value
    }
  }

  private static func read(in folder: Folder) throws(Failure) -> [KeyRecord] {
    let path = "\(folder.path)/\(name)"
    guard let bytes = try folder.contents(of: name, atMost: mostBytes + 1) else { return [] }
    let status: FileStatus
    do { status = try folder.status(of: name) } catch { throw error.failure(path) }
    guard status.mode & 0o077 == 0 else {
      throw Failure(
        .denied, "key-file",
        "\(path): others may read it (mode \(String(status.mode, radix: 8))); chmod 600 \(path)")
    }
    guard bytes.count <= mostBytes else {
      throw Failure(.tooLarge, "key-file", "\(path): expected at most \(mostBytes) bytes")
    }
    do throws(Failure) {
      let json = try JSON(parsing: bytes)
      guard let entries = json["keys"]?.array, json.members?.count == 1 else {
        throw Failure(.invalid, "key-file", "expected an object with the member keys")
      }
      var keys: [KeyRecord] = []
      var names: Set<String> = []
      for entry in entries {
        let key = try KeyRecord(entry)
        guard names.insert(key.name).inserted else {
          throw Failure(.invalid, "key-file", "\(key.name): is there twice")
        }
        keys.append(key)
      }
      return keys
    } catch {
      throw Failure(.invalid, "key-file", "\(path): \(error.message)")
    }
  }
}
