import OrienModel
import OrienSystem

/// What `docker/execute` is asked.
struct ContainerRequest {
  var session: SessionID
  var script: FolderPath
  var image: String?
  var inputs: [FolderPath]
  var outputs: [FolderPath]
  var seconds: Int64
  var memoryBytes: UInt64

  private static let interpreters = ["js": "node", "mjs": "node", "sh": "sh"]
  private static let mostFiles = 256

  init(_ parameters: RPCParameters) throws(RPCError) {
    guard let session = try parameters.text("session_id").flatMap({ SessionID($0) }) else {
      throw .invalidParams("session_id: expected the session that the files lie in")
    }
    guard let script = try parameters.text("script_path") else {
      throw .invalidParams("script_path: expected a file of the session")
    }
    self.session = session
    self.script = try Self.path(script, "script_path")
    image = try parameters.text("image")
    inputs = try Self.paths("input_files", parameters)
    outputs = try Self.paths("output_files", parameters)
    seconds = try parameters.whole("timeout", 1...300) ?? 60
    let memory = try parameters.text("memory_limit") ?? "512m"
    guard let bytes = Self.bytes(memory), bytes >= 1 << 20 else {
      throw .invalidParams("memory_limit: expected bytes, as 512m, got \(memory)")
    }
    memoryBytes = bytes
  }

  private static func paths(
    _ name: String, _ parameters: RPCParameters
  ) throws(RPCError) -> [FolderPath] {
    let texts = try parameters.texts(name)
    guard texts.count <= mostFiles else {
      throw .invalidParams("\(name): expected at most \(mostFiles) files, got \(texts.count)")
    }
    var paths: [FolderPath] = []
    for text in texts { paths.append(try path(text, name)) }
    return paths
  }

  private static func path(_ text: String, _ name: String) throws(RPCError) -> FolderPath {
    do throws(Failure) { return try FolderPath(text) } catch {
      throw .invalidParams("\(name): \(text): \(error.message)")
    }
  }

  private static func bytes(_ text: String) -> UInt64? {
    let powers: [Character: UInt64] = ["b": 0, "k": 10, "m": 20, "g": 30]
    guard let last = text.last else { return nil }
    let power = powers[Character(last.lowercased())]
    guard let count = UInt64(power == nil ? text : String(text.dropLast())), count < 1 << 30 else {
      return nil
    }
    return count << (power ?? 0)
  }

  /// The script is a word of its own, at the place that cannot be written to.
  var arguments: JSON {
    let ending = script.text.split(separator: ".").last.map { $0.lowercased() } ?? ""
    let words = [Self.interpreters[ending] ?? "python3", "/data/input/" + script.text]
    var members = [
      JSON.Member("command", .array(words.map { .string($0) })),
      JSON.Member("readonly", .bool(false)), JSON.Member("layout", .string("data")),
    ]
    if let image { members.append(JSON.Member("image", .string(image))) }
    return .object(members)
  }
}
