import Glibc
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

@Suite("What a workspace may hold", .timeLimit(.minutes(2)))
struct WorkspaceQuotaTests {
  private func rig(bytes: UInt64 = 10_000, files: UInt64 = 100) throws -> WorkspaceRig {
    try WorkspaceRig { $0.usage = DiskUsage(bytes: bytes, files: files) }
  }

  private func text(_ count: Int) -> String { String(repeating: "x", count: count) }

  @Test("Uploads fill it to the last byte, and not by one more")
  func exact() throws {
    let rig = try rig()
    let workspace = try rig.open("s")
    try rig.put(text(9_999), to: "a", in: workspace)
    #expect(reason { try rig.put(text(2), to: "b", in: workspace) } == "workspace-full")
    try rig.put("x", to: "b", in: workspace)
    #expect(workspace.account.used == DiskUsage(bytes: 10_000, files: 2))
    #expect(reason { try rig.put("x", to: "c", in: workspace) } == "workspace-full")
    try rig.put("", to: "empty", in: workspace)
    #expect(try workspace.measure().used == DiskUsage(bytes: 10_000, files: 3))
    try workspace.removeFile("a")
    try rig.put(text(9_999), to: "c", in: workspace)
  }

  @Test("Files that are stored together lie there and count, up to the first that will not fit")
  func together() throws {
    let rig = try rig()
    for passing in [false, true] {
      let workspace = try rig.open(passing ? "p" : "s", passing: passing)
      func store(_ files: [(FolderPath, Int)]) throws {
        try rig.result {
          rig.workspaces.store(
            files.map { ($0, [UInt8](repeating: 1, count: $1)) }, in: workspace, then: $0)
        }
      }
      try store([("a", 4_000), ("in/b", 1_000), ("a", 3_000)])
      #expect(workspace.account.used == DiskUsage(bytes: 4_000, files: 3))
      #expect(reason { try store([("c", 6_000), ("d", 1), ("e", 0)]) } == "workspace-full")
      #expect(try workspace.list().files.map(\.path).sorted() == ["a", "c", "in/b"])
      #expect(workspace.account.used == DiskUsage(bytes: 10_000, files: 4))
      #expect(try workspace.measure().used == workspace.account.used)
      try workspace.removeFile("c")
      #expect(reason { try store([("d", 6_000)]) } == nil)
    }
  }

  @Test("A length that will not fit is refused before its first byte")
  func declared() throws {
    let rig = try rig()
    let workspace = try rig.open("s")
    func begin(_ bytes: UInt64) throws -> FileUpload {
      try rig.result { rig.workspaces.upload(to: "f", in: workspace, bytes: bytes, then: $0) }
    }
    #expect(reason { try begin(10_001) } == "workspace-full")
    let upload = try begin(6_000)
    // What was promised keeps nobody out; what has come counts as if it were there.
    #expect(reason { try begin(10_000) } == nil)
    try rig.result { upload.write([UInt8](repeating: 1, count: 6_000), then: $0) }
    #expect(reason { try begin(4_001) } == "workspace-full")
    #expect(reason { try begin(4_000) } == nil)
    upload.abort()
    #expect(reason { try begin(10_000) } == nil)
  }

  @Test("An upload that grows too large, or is given up, leaves nothing and frees its place")
  func nothingLeft() throws {
    let rig = try rig()
    let workspace = try rig.open("s")
    do {
      let upload = try rig.result {
        rig.workspaces.upload(to: "a/b/f", in: workspace, bytes: nil, then: $0)
      }
      for _ in 0..<10 {
        try rig.result { upload.write([UInt8](repeating: 1, count: 1000), then: $0) }
      }
      #expect(reason { try rig.result { upload.write([1], then: $0) } } == "workspace-full")
      #expect(reason { try rig.result { upload.write([1], then: $0) } } == "upload-over")
      #expect(reason { try rig.result { upload.finish(then: $0) } } == "upload-over")
    }
    do {
      let upload = try rig.result {
        rig.workspaces.upload(to: "f", in: workspace, bytes: 10_000, then: $0)
      }
      try rig.result { upload.write([1, 2, 3], then: $0) }
      // Let go of, in the middle.
    }
    #expect(try workspace.list().files.isEmpty)
    #expect(try workspace.folder.names().isEmpty)
    try rig.put(text(10_000), to: "f", in: workspace)
  }

  @Test("Folders on the way count as files, and go where the last one is too many")
  func files() throws {
    let rig = try rig(files: 3)
    let workspace = try rig.open("s")
    #expect(reason { try rig.put("x", to: "a/b/c/f", in: workspace) } == "workspace-full")
    #expect(try workspace.folder.names().isEmpty)
    try rig.put("x", to: "a/b/f", in: workspace)
    #expect(reason { try rig.put("x", to: "g", in: workspace) } == "workspace-full")
    // Another file in place of one is no file more.
    try rig.put("yy", to: "a/b/f", in: workspace)
    #expect(workspace.account.used == DiskUsage(bytes: 2, files: 3))
    #expect(try workspace.measure().used == DiskUsage(bytes: 2, files: 3))
  }

  @Test("One file has a size of its own that it may not pass")
  func uploadBytes() throws {
    let rig = try WorkspaceRig { $0.uploadBytes = 10 }
    let workspace = try rig.open("s")
    try rig.put(text(10), to: "f", in: workspace)
    #expect(reason { try rig.put(text(11), to: "g", in: workspace) } == "file-too-large")
    let declared = reason {
      try rig.result { rig.workspaces.upload(to: "g", in: workspace, bytes: 11, then: $0) }
    }
    #expect(declared == "file-too-large")
  }

  @Test("What programs write counts by its bytes: holes do not, hidden reserves do, twins do once")
  func rule() throws {
    let rig = try rig(bytes: 1 << 30)
    let workspace = try rig.open("s")
    rig.script(text(5000), to: "plain", in: workspace)
    link(workspace.path + "/plain", workspace.path + "/twin")
    symlink("/etc/passwd", workspace.path + "/link")
    #expect(try workspace.measure().used == DiskUsage(bytes: 5000, files: 3))
    let sparse = Glibc.open(workspace.path + "/sparse", O_RDWR | O_CREAT, 0o600)
    ftruncate(sparse, 1 << 40)
    pwrite(sparse, "x", 1, 1 << 39)
    close(sparse)
    #expect(try workspace.measure().used.bytes < 1 << 20)
    let reserve = fopen(workspace.path + "/reserve", "w")!
    let keepSize = dlsym(nil, "fallocate")
    typealias Allocate = @convention(c) (Int32, Int32, Int, Int) -> Int32
    #expect(unsafeBitCast(keepSize, to: Allocate.self)(fileno(reserve), 1, 0, 1 << 24) == 0)
    fclose(reserve)
    #expect(try workspace.measure().used.bytes >= 1 << 24)
  }

  @Test("Counting stops where it is enough to know that it is too much")
  func bounded() throws {
    let rig = try rig(files: 10)
    let workspace = try rig.open("s")
    for index in 0..<100 { rig.script("", to: "\(index)", in: workspace) }
    #expect(try workspace.measure().used.files == 11)
    #expect(reason { _ = try workspace.open("0", for: .append) } == "workspace-full")
  }

  @Test("A program that fills its workspace is noticed while it runs")
  func alarm() throws {
    let rig = try rig()
    let workspace = try rig.open("s")
    let lease = try rig.workspaces.lease(workspace)
    var alarms = 0
    lease.watch(upTo: .unlimited) { _ in alarms += 1 }
    rig.script(text(10_001), to: "f", in: workspace)
    rig.wait { alarms == 1 }
    #expect(reason { _ = try workspace.open("g", for: .replace) } == "workspace-full")
    #expect(reason { _ = try workspace.open("f", for: .read) } == nil)
    #expect(rig.answer { lease.judge($0) } == .own)
    lease.end()
  }

  @Test("A call's own limit counts where it is less than the workspace's, and only for that call")
  func ownLimit() throws {
    let rig = try rig()
    let workspace = try rig.open("s")
    let leases = try (0..<3).map { _ in try rig.workspaces.lease(workspace) }
    var alarms: [Int] = []
    leases[0].watch(upTo: DiskUsage(bytes: 100, files: 100)) { _ in alarms.append(0) }
    leases[1].watch(upTo: DiskUsage(bytes: 1_000, files: 1)) { _ in alarms.append(1) }
    leases[2].watch(upTo: .unlimited) { _ in alarms.append(2) }
    rig.script(text(101), to: "a", in: workspace)
    rig.wait { alarms == [0] }
    rig.script("", to: "b", in: workspace)
    rig.wait { alarms == [0, 1] }
    #expect(leases.map { lease in rig.answer { lease.judge($0) } } == [.own, .own, nil])
    for lease in leases { lease.end() }
  }

  @Test("What a call has left is counted when it ends, also what a handler wrote")
  func atEnd() throws {
    let rig = try rig()
    let workspace = try rig.open("s")
    var lease = try rig.workspaces.lease(workspace)
    lease.watch(upTo: .unlimited) { _ in }
    rig.script(text(4_000), to: "a", in: workspace)
    lease.end()
    rig.wait { workspace.account.used == DiskUsage(bytes: 4_000, files: 1) }
    lease = try rig.workspaces.lease(workspace)
    try workspace.open("b", for: .replace).writeAll(Array(text(5_000).utf8))
    lease.end()
    rig.wait { workspace.account.used == DiskUsage(bytes: 9_000, files: 2) }
    #expect(reason { try rig.put(text(1_001), to: "c", in: workspace) } == "workspace-full")
    try rig.put(text(1_000), to: "c", in: workspace)
  }

  @Test("Who keeps from being counted three times in a row is over, whom the host failed is not")
  func evasion() throws {
    let rig = try rig()
    let state = SessionState(
      Session(key: rig.key("s"), folder: "", createdAt: .now, lastUsedAt: .now),
      WorkspaceAccount(limit: DiskUsage(), total: WorkspacesTotal(limit: 0)), expiresAt: .now)
    let refused = Failure(.internal, "system", "fstatat: Permission denied")
    for _ in 0..<9 { state.note(.failure(Failure(.unavailable, "out-of-resources", ""))) }
    for _ in 0..<2 { state.note(.failure(refused)) }
    #expect(!state.evadesCount)
    state.note(.success(Measurement(used: DiskUsage(), hasGrown: false)))
    for _ in 0..<2 { state.note(.failure(refused)) }
    #expect(!state.evadesCount)
    state.note(.failure(refused))
    #expect(state.evadesCount)
  }

  @Test("What is stored while a measurement runs is not lost from the count")
  func meanwhile() {
    let account = WorkspaceAccount(
      limit: DiskUsage(bytes: 100, files: 10), total: WorkspacesTotal(limit: 1000))
    account.willMeasure()
    account.settle(
      reserved: DiskUsage(), stored: DiskUsage(bytes: 60, files: 1), replaced: DiskUsage())
    account.measured(DiskUsage(bytes: 30, files: 1))
    #expect(account.used == DiskUsage(bytes: 90, files: 2))
    account.willMeasure()
    account.measured(DiskUsage(bytes: 60, files: 1))
    #expect(account.used == DiskUsage(bytes: 60, files: 1))
  }
}

extension DiskUsage {
  fileprivate static let unlimited = DiskUsage(bytes: .max, files: .max)
}
