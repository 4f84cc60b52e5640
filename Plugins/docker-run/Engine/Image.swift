internal import OrienHTTPClient
internal import OrienKit

/// An image as the engine has it.
struct Image {
  let name: String
  /// Of its content: what a container is made from, whatever a name comes to mean meanwhile.
  let digest: String
  let bytes: Int

  /// Throws where it is not there, or would bring a disk of its own that no limit holds.
  init(_ name: String, by connection: EngineConnection) throws(Failure) {
    let answer = try connection.ask("GET", "/images/\(name.asPath)/json")
    guard !answer.response.isMissing else {
      throw Failure(
        .unavailable,
        "the engine has no image '\(name)': build it by 'orien sandbox build', or "
          + "pull it", reason: "image-missing")
    }
    guard answer.isSuccess, let digest = answer.body["Id"]?.string else {
      throw answer.failure("looking at image '\(name)'")
    }
    if let volumes = answer.body["Config"]?["Volumes"]?.object, !volumes.isEmpty {
      throw Failure(
        .denied,
        "image '\(name)' declares volumes, which no limit would hold: "
          + volumes.keys.sorted().joined(separator: ", "), reason: "image-has-volumes")
    }
    self.name = name
    self.digest = digest
    bytes = answer.body["Size"]?.integer ?? 0
  }
}

extension String {
  /// As a path, in which a slash stays one.
  var asPath: String {
    split(separator: "/", omittingEmptySubsequences: false).map { String($0).percentEncoded }
      .joined(separator: "/")
  }
}
