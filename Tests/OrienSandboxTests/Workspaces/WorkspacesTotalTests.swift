import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

@Suite("What all workspaces may hold together", .timeLimit(.minutes(2)))
struct WorkspacesTotalTests {
  private func rig(total: UInt64) throws -> WorkspaceRig {
    try WorkspaceRig {
      $0.usage = DiskUsage(bytes: 10_000, files: 100)
      $0.totalBytes = total
    }
  }

  private func text(_ count: Int) -> String { String(repeating: "x", count: count) }

  @Test("Programs that grow beyond it are ended while they run, and those that only read are not")
  func ended() throws {
    let rig = try rig(total: 9_000)
    let workspaces = try ["quiet", "loud"].map { try rig.open($0) }
    try rig.put(text(4_000), to: "mine", in: workspaces[0])
    let leases = try workspaces.map { try rig.workspaces.lease($0) }
    var alarms: [String] = []
    leases[0].watch(upTo: .unlimited) { alarms.append("quiet \($0)") }
    leases[1].watch(upTo: .unlimited) { alarms.append("loud \($0)") }
    rig.script(text(5_001), to: "f", in: workspaces[1])
    rig.wait { !alarms.isEmpty }
    #expect(rig.answer { leases[0].judge($0) } == nil)
    #expect(alarms == ["loud total"])
    // It goes on: whoever writes now is one too many.
    rig.script(text(10), to: "g", in: workspaces[0])
    rig.wait { alarms.count == 2 }
    #expect(alarms == ["loud total", "quiet total"])
    for lease in leases { lease.end() }
  }

  @Test("A program that was too quick to be ended is judged by what it has left")
  func judged() throws {
    let rig = try rig(total: 5_000)
    let workspace = try rig.open("s")
    let lease = try rig.workspaces.lease(workspace)
    lease.watch(upTo: .unlimited) { _ in }
    rig.script(text(5_001), to: "f", in: workspace)
    #expect(rig.answer { lease.judge($0) } == .total)
    lease.end()
  }

  @Test("While there is too much, calls, files and sessions are refused; with less all come again")
  func refused() throws {
    let rig = try rig(total: 5_000)
    let (workspace, other) = (try rig.open("s"), try rig.open("t"))
    let lease = try rig.workspaces.lease(workspace)
    lease.watch(upTo: .unlimited) { _ in }
    rig.script(text(5_001), to: "f", in: workspace)
    _ = rig.answer { lease.judge($0) }
    lease.end()
    #expect(reason { try rig.workspaces.lease(other) } == "workspaces-full")
    #expect(reason { try rig.put("x", to: "a", in: other) } == "workspaces-full")
    #expect(reason { _ = try other.open("a", for: .replace) } == "workspaces-full")
    #expect(reason { try rig.open("new") } == "workspaces-full")
    try rig.remove("s")
    try rig.workspaces.lease(other).end()
    try rig.put("x", to: "a", in: other)
    _ = try rig.open("new")
  }

  @Test("What is sent is no growth of a program's, also while it is counted")
  func sent() {
    let total = WorkspacesTotal(limit: 1_000)
    let account = WorkspaceAccount(limit: DiskUsage(bytes: 1_000, files: 10), total: total)
    func store(_ bytes: UInt64) {
      account.settle(
        reserved: DiskUsage(), stored: DiskUsage(bytes: bytes, files: 1), replaced: DiskUsage())
    }
    store(10)
    account.willMeasure()
    store(20)
    #expect(!account.measured(DiskUsage(bytes: 30, files: 2)))
    account.willMeasure()
    #expect(!account.measured(DiskUsage(bytes: 30, files: 2)))
    account.willMeasure()
    #expect(account.measured(DiskUsage(bytes: 31, files: 2)))
  }
}

extension DiskUsage {
  fileprivate static let unlimited = DiskUsage(bytes: .max, files: .max)
}
