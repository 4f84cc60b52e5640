internal import OrienKit

extension Proxy {
  private static let base = """
    # Made by orien. nginx reads the servers that are beside this one where it reads this.

    """

  /// Throws where no port could be opened now, with what helps.
  func probe(_ call: borrowing Call) throws(Failure) {
    _ = try nginx.processes(call)
    let folder = try servers().folder
    if try folder.read(Self.baseName, atMost: 1) == nil {
      try folder.put(Self.baseName, Self.base)
    }
    _ = try TrafficLog(log)
    guard try nginx.includes("\(path)/\(Self.baseName)", call) else {
      throw Failure(
        .unavailable,
        "nginx reads nothing of \(path): `orien proxy setup` says what to add to its configuration",
        reason: "not-included")
    }
  }
}
