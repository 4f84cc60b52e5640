package import OrienModel
internal import OrienSystem

/// The file that the provider's key is in: sealed, or as it is where the folder and the file are
/// this user's alone.
package enum KeyFile {
  private static let bytes = 64 << 10

  /// Writes a new one at an absolute path, whose folder is made where it is missing; sealed where
  /// there is a password. What is there already is never written over, because money may hang on it.
  package static func write(
    _ key: SigningKey, to path: String, password: [UInt8]?, cost: Scrypt = .usual
  ) throws(Failure) {
    let (folder, name) = try place(path, creating: true)
    try requirePrivate(try status(of: folder), folder.path)
    guard !(try folder.has(name)) else {
      throw Failure(
        .conflict, "exists", "\(path): is there already; move it away to make another")
    }
    var content: [UInt8]
    if let password {
      content = try Keystore.sealed(key, by: password, cost: cost)
    } else {
      content = try plain(key)
    }
    defer { content.wipe() }
    try folder.replace(name, with: content)
  }

  /// Reads it. One that others may read, or a folder that they may look into, is refused whatever it
  /// says: the key may be known.
  package static func read(_ path: String, password: [UInt8]?) throws(Failure) -> SigningKey {
    let (folder, _) = try place(path, creating: false)
    try requirePrivate(try status(of: folder), folder.path)
    var content = try contents(path)
    defer { content.wipe() }
    let json: JSON
    // What is wrong with it is not shown: that could be a part of the key.
    do { json = try JSON(parsing: content) } catch { throw refusal(path, "it is no JSON") }
    let key = try key(in: json, path, password)
    if let text = json["address"]?.string {
      let address = try Address(parsing: text.hasPrefix("0x") ? text : "0x" + text)
      guard address == key.address else { throw refusal(path, "its key is not its address's") }
    }
    return key
  }

  /// The first line of a file that nobody else reads; wiping it is the caller's.
  package static func password(_ path: String) throws(Failure) -> [UInt8] {
    var content = try contents(path)
    defer { content.wipe() }
    let line = Array(content.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
    guard !line.isEmpty else {
      throw Failure(.invalid, "no-password", "\(path): expected a password in the first line")
    }
    return line
  }

  /// All of a file that nobody else reads, itself and no link; wiping it is the caller's.
  private static func contents(_ path: String) throws(Failure) -> [UInt8] {
    guard HostFile.status(at: path)?.kind != .link else {
      throw refusal(path, "expected the file itself, found a link")
    }
    // By no way that a jail has not got.
    let file = try HostFile(at: path)
    try requirePrivate(file.status, path)
    var content = [UInt8](repeating: 0, count: bytes + 1)
    var count = 0
    while count < content.count {
      let result = content.withUnsafeMutableBytes { buffer in
        Result { () throws(Failure) in
          try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
        }
      }
      let read = try result.get()
      if read == 0 { break }
      count += read
    }
    guard count <= bytes else {
      content.wipe()
      throw refusal(path, "expected at most \(bytes) bytes")
    }
    defer { content.wipe() }
    return Array(content[..<count])
  }

  private static func key(
    in json: JSON, _ path: String, _ password: [UInt8]?
  ) throws(Failure) -> SigningKey {
    if json["crypto"] != nil {
      guard let password else {
        throw Failure(.denied, "no-password", "\(path): is sealed; name the file of its password")
      }
      return try Keystore.opened(json, by: password)
    }
    guard let text = json["private_key"]?.string,
      var bytes = HexData.bytes(of: text.hasPrefix("0x") ? text : "0x" + text)
    else { throw refusal(path, "expected a keystore, or private_key in hexadecimal digits") }
    defer { bytes.wipe() }
    return try SigningKey(bytes)
  }

  private static func plain(_ key: SigningKey) throws(Failure) -> [UInt8] {
    try key.lend { secret throws(Failure) in
      var writer = JSONWriter()
      writer.object { file in
        file.field("address", JSON.string(key.address.description))
        file.field("private_key", JSON.string(HexData.text(of: secret)))
      }
      return writer.bytes
    }
  }

  private static func place(
    _ path: String, creating: Bool
  ) throws(Failure) -> (folder: Folder, name: FolderPath) {
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    let folder = try Folder(at: String(path.dropLast(name.count + 1)), creating: creating)
    return (folder, try FolderPath(name.utf8))
  }

  private static func status(of folder: Folder) throws(Failure) -> FileStatus {
    do { return try folder.status() } catch { throw error.failure(folder.path) }
  }

  private static func requirePrivate(_ status: FileStatus, _ path: String) throws(Failure) {
    guard status.mode & 0o077 == 0 else {
      throw Failure(
        .denied, "key-exposed", "\(path): others may read it; chmod go-rwx, and consider a new key"
      )
    }
  }

  private static func refusal(_ path: String, _ what: String) -> Failure {
    Failure(.invalid, "bad-key-file", "\(path): \(what)")
  }
}
