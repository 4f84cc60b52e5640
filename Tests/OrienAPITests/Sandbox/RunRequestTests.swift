import OrienModel
import Testing

@testable import OrienAPI

@Suite("API: what is sent to be run")
struct RunRequestTests {
  private func read(
    _ text: String, _ settings: SandboxSettings = SandboxSettings()
  ) throws(FieldFaults) -> RunRequest {
    try RunRequest(Array(text.utf8), settings)
  }

  @Test("What is left out is as the dialect has it")
  func defaults() throws {
    let request = try read(#"{"code":"x"}"#)
    #expect(request.code == "x" && request.language == "python")
    #expect(request.timeoutSeconds == 30 && request.readsOnly && request.capturesArtifacts)
    #expect(request.files.isEmpty)
    #expect(try read(#"{"code":"","timeout":null,"files":null}"#).timeoutSeconds == 30)
  }

  @Test(
    "Each fault is named by its place and its kind",
    arguments: [
      ("{}", "code missing"), (#"{"code":null}"#, "code string_type"),
      (#"{"code":"","timeout":0}"#, "timeout greater_than_equal"),
      (#"{"code":"","timeout":301}"#, "timeout less_than_equal"),
      (#"{"code":"","timeout":true}"#, "timeout int_type"),
      (#"{"code":"","files":{"a":1}}"#, "files.a string_type"),
      (#"{"code":"","files":{"main.py":""}}"#, "files.main.py value_error"),
      (#"{"code":"","files":{"..":""}}"#, "files... value_error"),
      (#"{"code":"","capture_artifacts":0}"#, "capture_artifacts bool_type"),
      ("[]", " model_attributes_type"), ("{", " json_invalid"),
    ])
  func faults(text: String, told: String) {
    #expect {
      try read(text)
    } throws: { error in
      guard let faults = error as? FieldFaults, let first = faults.all.first else {
        return false
      }
      #expect(first.place.first == "body")
      return told == first.place.dropFirst().joined(separator: ".") + " " + first.type
    }
  }

  @Test("A file has the name that another language's code has, and not its own language's")
  func ownFile() throws {
    #expect(try read(#"{"code":"","language":"bash","files":{"main.py":"x"}}"#).files.count == 1)
    var settings = SandboxSettings()
    settings.languages["ruby"] = SandboxSettings.Language(file: "main.rb", command: ["ruby"])
    #expect(throws: FieldFaults.self) {
      try read(#"{"code":"","language":"Ruby","files":{"main.rb":""}}"#, settings)
    }
  }

  @Test("What no interpreter has is shown by cat")
  func languages() {
    let settings = SandboxSettings()
    #expect(settings.language("PYTHON").file == "main.py")
    #expect(settings.language("shell").name == "bash")
    #expect(settings.language("node").name == "javascript")
    #expect(settings.language("x").command == ["cat"])
  }
}
