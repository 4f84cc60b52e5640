import OrienModel
import OrienSystem

/// The body of `POST /run`, read as its dialect has it.
struct RunRequest {
  var code: String
  var language: String
  var timeoutSeconds: Int64
  var files: [(name: FolderPath, content: String)]
  var readsOnly: Bool
  var capturesArtifacts: Bool

  init(_ body: [UInt8], _ settings: SandboxSettings) throws(FieldFaults) {
    var faults = FieldFaults()
    let json = try FieldFaults.object(body)
    let code = Self.text("code", in: json, &faults)
    if json["code"] == nil { faults.add("code", type: "missing", "Field required") }
    language = Self.text("language", in: json, &faults) ?? "python"
    readsOnly = Self.flag("readonly", in: json, &faults)
    capturesArtifacts = Self.flag("capture_artifacts", in: json, &faults)
    timeoutSeconds = Self.timeout(in: json, &faults) ?? settings.timeoutSeconds
    let own = settings.language(language).file
    files = Self.files(in: json, beside: own, &faults)
    guard let code, faults.all.isEmpty else { throw faults }
    self.code = code
  }

  /// Nil where it is not there, or wrong.
  private static func text(_ name: String, in json: JSON, _ faults: inout FieldFaults) -> String? {
    guard let value = json[name] else { return nil }
    guard let text = value.string else {
      faults.add(name, type: "string_type", "Input should be a valid string")
      return nil
    }
    return text
  }

  private static func flag(_ name: String, in json: JSON, _ faults: inout FieldFaults) -> Bool {
    guard let value = json[name] else { return true }
    guard let flag = value.bool else {
      faults.add(name, type: "bool_type", "Input should be a valid boolean")
      return true
    }
    return flag
  }

  private static func timeout(in json: JSON, _ faults: inout FieldFaults) -> Int64? {
    guard let value = json["timeout"], !value.isNull else { return nil }
    guard let seconds = value.int64 else {
      faults.add("timeout", type: "int_type", "Input should be a valid integer")
      return nil
    }
    if seconds < 1 {
      faults.add(
        "timeout", type: "greater_than_equal", "Input should be greater than or equal to 1")
    } else if seconds > 300 {
      faults.add("timeout", type: "less_than_equal", "Input should be less than or equal to 300")
    }
    return seconds
  }

  private static func files(
    in json: JSON, beside own: String, _ faults: inout FieldFaults
  ) -> [(name: FolderPath, content: String)] {
    guard let value = json["files"], !value.isNull else { return [] }
    guard let members = value.members else {
      faults.add("files", type: "dict_type", "Input should be a valid dictionary")
      return []
    }
    var files: [(name: FolderPath, content: String)] = []
    for member in members {
      guard let content = member.value.string else {
        faults.add("files", member.name, type: "string_type", "Input should be a valid string")
        continue
      }
      guard let name = Self.fileName(member.name) else {
        faults.add(
          "files", member.name, type: "value_error",
          "Invalid filename: \(member.name). Path separators not allowed.")
        continue
      }
      guard !member.name.hasSameBytes(as: own) else {
        faults.add(
          "files", member.name, type: "value_error",
          "Invalid filename: \(member.name). The code itself is written to that file.")
        continue
      }
      files.append((name, content))
    }
    return files
  }

  private static func fileName(_ text: String) -> FolderPath? {
    let bytes = text.utf8
    guard bytes.first != UInt8(ascii: "."),
      !bytes.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") || $0 < 0x20 })
    else { return nil }
    return try? FolderPath(text)
  }
}
