import OrienKernel
import OrienTestKit

extension Library {
  /// A backend of echo/1 in C, with what of it is to be different.
  static func backend(
    _ definitions: String..., name: String = "backend", isolation: String = "node"
  ) throws -> Library {
    var library = try Library.fixture(
      "backend", definitions, manifest: #"{"isolation":"\#(isolation)"}"#)
    library.name = name
    return library
  }

  /// The one in Swift.
  static func swiftBackend(isolation: String) -> Library {
    .built("echo_backend", manifest: #"{"isolation":"\#(isolation)"}"#)
  }
}

extension RoleChoice {
  /// The tests' role, with a choice of its backend.
  static func echo(_ plugin: String? = nil) throws -> RoleChoice {
    RoleChoice(
      pages: try RoleFolder.pages(in: TestRoles.folder),
      plugins: plugin.map { ["echo/1": $0] } ?? [:])
  }
}

extension World {
  /// A world whose backend of echo/1 is that.
  @discardableResult
  static func backing<Result>(
    _ libraries: Library..., wanted: String? = nil, after before: Scratch? = nil,
    grace: Duration = .seconds(2), _ body: (World) throws -> Result
  ) throws -> Result {
    let roles = try RoleChoice.echo(wanted)
    return try with(
      libraries, after: before,
      {
        $0.roles = roles
        $0.policy.grace = grace
      }, body)
  }
}
