import OrienKernel
import OrienModel
import OrienSystem

/// What runs code on this machine: the backends of sandbox/1 in the plugins' folder, each asked as a
/// node would ask it, whether one runs or not.
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
    let bench = try Workbench(configuration, environment, log: log)
    let outcome = Result { () throws(Failure) in try each(on: bench, body) }
    try bench.close()
    try outcome.get()
  }

  private func each(
    on bench: Workbench, _ body: (BackendBench) throws(Failure) -> Bool
  ) throws(Failure) {
    let folder = try Folder(at: configuration.toolsFolder)
    for name in try folder.names().map(\.text).sorted() where name.hasSuffix(".so") {
      let backend = try BackendBench(configuration.toolsFolder + "/" + name, page, on: bench)
      let isDone = Result { () throws(Failure) in backend.fits ? try body(backend) : false }
      try backend.close()
      if try isDone.get() { return }
    }
  }

  static let none = Failure(
    .unavailable, "no-backend", "no plugin of the tools' folder is a backend of \(role)")
}
