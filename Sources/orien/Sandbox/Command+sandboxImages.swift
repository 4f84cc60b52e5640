import OrienModel

extension Command {
  /// `orien sandbox images`: what callers may name, and whether it is there.
  static func sandboxImages(_ invocation: Invocation) throws(Failure) -> ExitCode {
    var images: [JSON] = []
    var failure: Failure? = SandboxBackends.none
    try SandboxBackends(invocation).each { bench throws(Failure) in
      switch bench.ask("images", .object([])) {
      case .success(let answer):
        failure = nil
        images += answer["images"]?.array ?? []
      case .failure(let other): if failure != nil { failure = other }
      }
      return false
    }
    if let failure { throw failure }
    if try !invocation.answered(.object([JSON.Member("images", .array(images))])) {
      var table = TextTable("IMAGE", "DIGEST", "BYTES", "NOTE")
      for image in images {
        table.add(
          image["name"].plain, image["digest"].plain, image["size"].plain, image["reason"].plain)
      }
      try invocation.console.write(table.text(invocation.console.style))
    }
    return .success
  }
}
