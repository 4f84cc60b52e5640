import Glibc
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

/// A root of workspaces with its loop, disk threads and a simulated store: a node without the rest.
/// The loop runs on the test's thread, while an answer is waited for.
final class WorkspaceRig {
  private(set) var loop: Loop
  private(set) var disk = DiskThreads(count: 2)
  let store = SimulatedStore()
  let root: String
  let limits: WorkspaceLimits
  private let place: String
  private(set) var workspaces: Workspaces

  init(_ adjust: (inout WorkspaceLimits) -> Void = { _ in }) throws {
    var template = Array("/tmp/orien-test-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    place = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    root = place + "/workspaces"
    var limits = WorkspaceLimits()
    adjust(&limits)
    self.limits = limits
    loop = try Loop()
    workspaces = try Workspaces(at: root, limits, loop: loop, disk: disk, store: store)
  }

  deinit {
    disk.close()
    _ = try? Folder(at: place).removeTree("workspaces", entries: .max)
    rmdir(place)
  }

  /// Asks, and runs the loop until there is an answer.
  func answer<Value>(_ ask: (@escaping (Value) -> Void) -> Void) -> Value {
    var answer: Value?
    ask {
      answer = $0
      self.loop.stop()
    }
    while answer == nil { loop.run() }
    return answer!
  }

  /// The value of what must succeed.
  func result<Value>(
    _ ask: (@escaping (Result<Value, Failure>) -> Void) -> Void
  ) throws(Failure) -> Value { try answer(ask).get() }

  /// Runs the loop until `condition` holds, which is looked at after everything that happens; where
  /// it does not for half a minute, that is an issue.
  func wait(until condition: @escaping () -> Bool, at place: SourceLocation = #_sourceLocation) {
    var isOver = false
    let end = Instant.now + .seconds(30)
    func look() {
      let isLate = Instant.now > end
      if isLate { Issue.record("what a test waits for did not come", sourceLocation: place) }
      if isLate || condition() {
        isOver = true
        loop.stop()
      } else {
        _ = loop.schedule(after: .milliseconds(1), look)
      }
    }
    look()
    while !isOver { loop.run() }
  }

  func open(
    _ id: String, of owner: String = "me", creating: Bool = true, passing: Bool = false
  ) throws -> Workspace {
    try result {
      workspaces.open(key(id, owner), creating: creating, passing: passing, then: $0)
    }
  }

  func key(_ id: String, _ owner: String = "me") -> SessionKey {
    SessionKey(SessionID(id)!, of: Owner(owner))
  }

  func remove(_ id: String, force: Bool = false) throws {
    try result { workspaces.remove(key(id), force: force, then: $0) }
  }

  /// The node dies, and hears nothing any more; another begins with what is on the disk and in the
  /// store.
  func restart() throws -> Adoption {
    disk.close()
    store.isMute = false
    loop = try Loop()
    disk = DiskThreads(count: 2)
    workspaces = try Workspaces(at: root, limits, loop: loop, disk: disk, store: store)
    return try result { workspaces.adopt(Array(store.sessions.values), then: $0) }
  }

  /// What lies in the root.
  func folders() throws -> Set<String> { Set(try Folder(at: root).names().map(\.text)) }

  func put(_ text: String, to path: String, in workspace: Workspace) throws {
    let upload = try result {
      try! workspaces.upload(to: FolderPath(path), in: workspace, bytes: nil, then: $0)
    }
    try result { upload.write(Array(text.utf8), then: $0) }
    _ = try result { upload.finish(then: $0) }
  }

  /// Writes as a program in the workspace does.
  func script(_ text: String, to path: String, in workspace: Workspace) {
    let file = fopen(workspace.path + "/" + path, "w")!
    fputs(text, file)
    fclose(file)
  }
}

/// The reason of the failure that `body` ends in; nil where it does not.
func reason<Value>(_ body: () throws -> Value) -> String? {
  do {
    _ = try body()
    return nil
  } catch {
    return (error as? Failure)?.reason ?? "\(error)"
  }
}
