package import OrienModel
package import OrienSystem

/// What a call has left in its workspace: regular files that appeared or changed while it ran, and
/// beside them what appeared and is none, which is told of and never followed.
package struct Artifacts: Sendable, Equatable {
  package var files: [File] = []
  package var others: [Other] = []
  /// What more there was than is named, or lies deeper than a path can be long.
  package var more: UInt64 = 0
  /// Why nobody could look; nil where somebody has.
  package var failure: String?

  package struct File: Sendable, Equatable {
    package var path: FolderPath
    package var bytes: UInt64
    package var sha256: String
  }

  /// What has the name, and why it is no artifact.
  package struct Other: Sendable, Equatable {
    package var path: FolderPath
    package var kind: String
    package var reason: String
  }

  package init() {}

  package subscript(path: FolderPath) -> File? { files.first { $0.path == path } }
}

extension Artifacts {
  /// As records have it. A name that is no UTF-8 is repaired for people, and whole beside that.
  package var json: [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.array("files") { json in
        for file in files {
          json.object { json in
            json.write(file.path)
            json.field("size", file.bytes)
            json.field("sha256", file.sha256)
          }
        }
      }
      json.array("others") { json in
        for other in others {
          json.object { json in
            json.write(other.path)
            json.field("kind", other.kind)
            json.field("reason", other.reason)
          }
        }
      }
      json.field("more", more)
      json.field("failure", failure)
    }
    return json.bytes
  }

  /// Reads what `json` wrote.
  package init(_ bytes: [UInt8]) throws(Failure) {
    let json = try JSON(parsing: bytes)
    for file in json["files"]?.array ?? [] {
      guard let size = file["size"]?.uint64, let sha256 = file["sha256"]?.string else {
        throw Self.unreadable
      }
      files.append(File(path: try Self.path(of: file), bytes: size, sha256: sha256))
    }
    for other in json["others"]?.array ?? [] {
      guard let kind = other["kind"]?.string, let reason = other["reason"]?.string else {
        throw Self.unreadable
      }
      others.append(Other(path: try Self.path(of: other), kind: kind, reason: reason))
    }
    more = json["more"]?.uint64 ?? 0
    failure = json["failure"]?.string
  }

  private static let unreadable = Failure(
    .internal, "artifacts", "a record's artifacts are not readable")

  private static func path(of entry: JSON) throws(Failure) -> FolderPath {
    if let text = entry["pathBase64"]?.string {
      guard let bytes = [UInt8](base64: text) else { throw unreadable }
      return try FolderPath(bytes)
    }
    guard let text = entry["path"]?.string else { throw unreadable }
    return try FolderPath(text)
  }
}

extension JSONWriter {
  /// `path`, and `pathBase64` where that does not say all.
  package mutating func write(_ path: FolderPath) {
    let bytes = path.bytes
    name("path")
    write(repairing: bytes)
    if !path.text.utf8.elementsEqual(bytes) { field("pathBase64", bytes.base64) }
  }
}
