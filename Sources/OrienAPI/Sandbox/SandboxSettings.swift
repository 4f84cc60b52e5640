/// What the operator has decided about code that is sent to be run.
package struct SandboxSettings: Sendable {
  package enum Backend: Sendable { case docker, jail, auto }

  /// How a program in a language is called and run.
  package struct Language: Sendable, Equatable {
    /// What the code's file is named.
    package var file: String
    /// As the tools that run code know it; nil: by the command.
    package var name: String?
    /// The program and its first arguments, which the file's name follows.
    package var command: [String]

    package init(file: String, name: String? = nil, command: [String]) {
      self.file = file
      self.name = name
      self.command = command
    }
  }

  package var backend = Backend.auto
  /// Of containers, where it is not the backend's own; the jail has the machine's own programs.
  package var image: String?
  /// What that image is built of, by its path.
  package var dockerfile: String?
  package var cpuPercent: UInt64 = 100
  package var memoryBytes: UInt64 = 512 << 20
  package var timeoutSeconds: Int64 = 30
  /// What of artifacts goes into an answer.
  package var artifactBytes: UInt64 = 10 << 20
  /// Those beside the dialect's own, by name.
  package var languages: [String: Language] = [:]
  /// Where the node listens for who knows this dialect alone; nil: nowhere.
  package var port: UInt16?

  package init() {}

  /// Whatever has no interpreter is shown as it is.
  func language(_ name: String) -> Language {
    let name = name.lowercased()
    return languages[name] ?? Self.known[name] ?? Language(file: "main.txt", command: ["cat"])
  }

  private static let known: [String: Language] = {
    let python = Language(file: "main.py", name: "python", command: ["python3"])
    let node = Language(file: "main.js", name: "javascript", command: ["node"])
    let bash = Language(file: "main.sh", name: "bash", command: ["bash"])
    return [
      "python": python, "javascript": node, "node": node, "bash": bash, "shell": bash,
    ]
  }()
}

extension SandboxSettings.Backend {
  /// The tools that may run it, the one that is wanted most first.
  var tools: [String] {
    switch self {
    case .docker: ["docker-run"]
    case .jail: ["jail-run"]
    case .auto: ["docker-run", "jail-run"]
    }
  }
}
