import OrienKernel
import OrienModel
import OrienSystem

/// What runs code on this machine: the backends of sandbox/1 in the plugins' folder, each asked in a
/// process of its own, whether a node runs or not.
struct SandboxBackends {
  static let role = "sandbox/1"

  private let configuration: Configuration
  private let environment: Environment
  private let page: RolePage

  init(_ invocation: Invocation) throws(Failure) {
    configuration = try Configuration.load(invocation)
    environment = invocation.environment
    let pages = try RoleFolder.pages(in: configuration.rolesFolder)
    guard let page = pages.first(where: { $0.id == Self.role }) else {
      throw Failure(
        .notFound, "unknown-role", "\(configuration.rolesFolder) has no page of \(Self.role)")
    }
    self.page = page
  }

  /// Calls `body` for one after the other, in the order of their files, until it answers true.
  func each(_ body: (BackendBench) throws(Failure) -> Bool) throws(Failure) {
    let log = Log(level: .error, format: .text)
    defer { log.close() }
    let folder = try Folder(at: configuration.toolsFolder)
    for name in try folder.names().map(\.text).sorted() where name.hasSuffix(".so") {
      let bench = try BackendBench(
        configuration.toolsFolder + "/" + name, page, worker: environment.sibling("orien-worker"),
        log: log)
      let isDone = Result { () throws(Failure) in bench.fits ? try body(bench) : false }
      try bench.close()
      if try isDone.get() { return }
    }
  }

  static let none = Failure(
    .unavailable, "no-backend", "no plugin of the tools' folder is a backend of \(role)")
}
