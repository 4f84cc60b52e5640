import OrienKernel
import OrienModel
import OrienSystem

/// What is run in a session of its own, with these files in it.
struct SandboxJob {
  var tool: String
  var files: [(name: FolderPath, bytes: [UInt8])]
  var arguments: JSON
  var terms = Terms()
  var timeoutSeconds: Int64
  /// What of artifacts is wanted with the answer.
  var artifactBytes: UInt64 = 0
}

extension SandboxJob {
  init(
    _ tool: Tool, _ request: RunRequest, _ settings: SandboxSettings
  ) {
    let language = settings.language(request.language)
    guard let own = try? FolderPath(language.file) else {
      preconditionFailure("the table of languages has names of files")
    }
    var members = [JSON.Member("readonly", .bool(request.readsOnly))]
    if let image = settings.image,
      tool.declaration.arguments.contains(where: { $0.name == "image" })
    {
      members.append(JSON.Member("image", .string(image)))
    }
    if let name = language.name {
      members.append(JSON.Member("language", .string(name)))
      members.append(JSON.Member("script", .string(language.file)))
    } else {
      let words = language.command + ["./" + language.file]
      members.append(JSON.Member("command", .array(words.map { .string($0) })))
    }
    self.init(
      tool: tool.id.description,
      files: ([(own, request.code)] + request.files).map { ($0, Array($1.utf8)) },
      arguments: .object(members), terms: Terms(settings, seconds: request.timeoutSeconds),
      timeoutSeconds: request.timeoutSeconds, artifactBytes: settings.artifactBytes)
    // What cannot write to its workspace leaves nothing there.
    if request.capturesArtifacts, !request.readsOnly { terms.artifacts = ArtifactWish() }
  }
}

extension Terms {
  /// What the operator lets code have, for so long.
  init(_ settings: SandboxSettings, seconds: Int64) {
    self.init()
    limits.wallMilliseconds = UInt64(seconds) * 1000
    limits.cpuPercent = settings.cpuPercent
    limits.memoryBytes = settings.memoryBytes
  }
}
