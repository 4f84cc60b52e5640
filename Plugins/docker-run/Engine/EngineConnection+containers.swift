internal import OrienHTTPClient
internal import OrienKit

// What is asked about containers.

extension EngineConnection {
  /// Its id.
  func create(_ name: String, _ body: JSON) throws(Failure) -> String {
    let answer = try ask("POST", "/containers/create?name=\(name.percentEncoded)", body)
    guard answer.isSuccess, let id = answer.body["Id"]?.string else {
      throw answer.failure("making a container")
    }
    return id
  }

  func start(_ container: String) throws(Failure) {
    let answer = try ask("POST", "/containers/\(container)/start")
    guard answer.isSuccess else { throw answer.startFailure("starting a container") }
  }

  func pause(_ container: String) throws(Failure) {
    let answer = try ask("POST", "/containers/\(container)/pause")
    guard answer.isSuccess else { throw answer.failure("pausing a container") }
  }

  func unpause(_ container: String) throws(Failure) {
    let answer = try ask("POST", "/containers/\(container)/unpause", within: 2000)
    guard answer.isSuccess else { throw answer.failure("waking a container") }
  }

  /// Its streams, from the first byte on where it is not started yet.
  func attach(_ container: String, withInput: Bool) throws(Failure) -> HTTPStream {
    let input = withInput ? "&stdin=1" : ""
    return try stream(
      "/containers/\(container)/attach?stream=1&stdout=1&stderr=1\(input)", within: 5000)
  }

  /// How it is; nil where the engine has none of that id.
  func state(_ container: String, within milliseconds: Int) throws(Failure) -> JSON? {
    let answer = try ask("GET", "/containers/\(container)/json", within: milliseconds)
    if answer.response.isMissing { return nil }
    guard answer.isSuccess, let state = answer.body["State"] else {
      throw answer.failure("looking at a container")
    }
    return state
  }

  /// Asks what it has used so far, and waits for nothing.
  func beginConsumption(_ container: String, within milliseconds: Int) throws(Failure) {
    try begin(
      "/containers/\(container)/stats?stream=false&one-shot=true", within: milliseconds)
  }

  /// Kills what runs in it, and removes it with all that is its own. One that is gone is fine; false:
  /// it was, or is somebody else's to remove.
  @discardableResult
  func remove(_ container: String, within milliseconds: Int) throws(Failure) -> Bool {
    let answer = try ask(
      "DELETE", "/containers/\(container)?force=1&v=1", within: milliseconds)
    // Where it is in conflict somebody else is removing it.
    guard answer.isSuccess || answer.response.isMissing || answer.response.isConflict else {
      throw answer.failure("removing a container")
    }
    return answer.isSuccess
  }

  /// The containers that this node has made.
  func containers(of node: String) throws(Failure) -> [Listed] {
    let filter: JSON = ["label": [.string("\(Label.node)=\(node)")]]
    let answer = try ask(
      "GET", "/containers/json?all=1&filters=\(filter.text.percentEncoded)")
    guard answer.isSuccess, let list = answer.body.array else {
      throw answer.failure("listing containers")
    }
    return list.compactMap { one in
      guard let id = one["Id"]?.string, one["Labels"]?[Label.node]?.string == node else {
        return nil
      }
      return Listed(
        id: id, execution: one["Labels"]?[Label.execution]?.string ?? "",
        place: one["Labels"]?[Label.warm]?.string,
        isPaused: one["State"]?.string == "paused")
    }
  }

  struct Listed {
    let id: String
    /// Whose it is.
    let execution: String
    /// Where it waits for a workspace, or did; nil: it was made for its execution.
    let place: String?
    let isPaused: Bool
  }
}

/// By what a container is known to be a node's, and an execution's.
enum Label {
  static let node = "orien.node"
  static let execution = "orien.execution"
  /// Of one that was made ahead: at which place it waits.
  static let warm = "orien.warm"
}

extension EngineConnection.Answer {
  /// Of what prepares a program: Docker looks for it when it starts, Podman when somebody attaches.
  func startFailure(_ doing: String) -> Failure {
    let lacksProgram = ["executable file not found", "no such file or directory"]
      .contains { message.contains(pattern: $0) }
    guard lacksProgram else { return failure(doing) }
    return Failure(
      .notFound, "the image has no such program: \(message)", reason: "no-program-in-image")
  }
}

extension String {
  /// Whether `pattern` stands somewhere in it.
  fileprivate func contains(pattern: String) -> Bool {
    let (all, part) = (Array(utf8), Array(pattern.utf8))
    guard all.count >= part.count else { return false }
    return (0...all.count - part.count).contains { all[$0..<$0 + part.count].elementsEqual(part) }
  }
}
