package import OrienModel

/// What became of each library in `tools.d`, in the order of their names.
package struct ToolsContents: Sendable {
  package var plugins: [Plugin] = []
  package var refused: [RefusedPlugin] = []
  /// Backends, by their ids, whose calls are to end before they are replaced.
  package var awaited: Set<String> = []

  package init() {}
}

/// A library that is not used, and why.
package struct RefusedPlugin: Sendable, Equatable {
  /// The file's name in `tools.d`.
  package var file: String
  /// What it says it is, where that much was read.
  package var id: String?
  package var version: String?
  /// SHA-256 of the library, where it was read.
  package var hash: String?
  /// Its message begins with the field or part that is wrong.
  package var failure: Failure

  package init(
    file: String, id: String? = nil, version: String? = nil, hash: String? = nil, failure: Failure
  ) {
    self.file = file
    self.id = id
    self.version = version
    self.hash = hash
    self.failure = failure
  }
}
