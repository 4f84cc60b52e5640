/// Where a container has the workspace.
enum Layout: String {
  /// At one place, where the program begins.
  case workspace
  /// Read-only at one place, and at another as it may be written to, where the program begins.
  case data

  /// Where the program begins.
  var folder: String {
    switch self {
    case .workspace: "/workspace"
    case .data: "/data/output"
    }
  }

  func places(isReadOnly: Bool) -> [(place: String, isReadOnly: Bool)] {
    switch self {
    case .workspace: [(folder, isReadOnly)]
    case .data: [("/data/input", true), (folder, isReadOnly)]
    }
  }
}
