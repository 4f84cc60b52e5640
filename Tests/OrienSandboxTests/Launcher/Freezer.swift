import Foundation
import Testing

/// Processes that hang: they take no part in anything until they are killed, and no signal but
/// that one wakes them, unless they are let go on.
final class Freezer {
  static let isThere = access(unifiedTree, W_OK) == 0

  private let folder = "\(unifiedTree)/orien-freezer-\(UInt32.random(in: 0 ... .max))"
  private let home: String

  init(_ pids: [Int32]) throws {
    let first = try #require(pids.first)
    let groups = try #require(text(of: "/proc/\(first)/cgroup"))
    let group = try #require(groups.split(separator: "\n").first { $0.hasPrefix("0::") })
    home = unifiedTree + group.dropFirst(3)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    for pid in pids { try put("\(pid)", into: "cgroup.procs") }
    try put("1", into: "cgroup.freeze")
    while text(of: folder + "/cgroup.events")?.contains("frozen 1") != true { sched_yield() }
  }

  private func put(_ text: String, into name: String, of group: String? = nil) throws {
    let file = try FileHandle(forWritingTo: URL(filePath: "\(group ?? folder)/\(name)"))
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }

  /// They go on where the first was, with whom they had just started.
  func release() throws {
    try put("0", into: "cgroup.freeze")
    while let pid = text(of: folder + "/cgroup.procs")?.split(separator: "\n").first {
      do { try put(String(pid), into: "cgroup.procs", of: home) } catch { sched_yield() }
    }
  }

  /// To be called when they have been killed or let go on.
  func thaw() { while rmdir(folder) != 0, errno == EBUSY { sched_yield() } }
}

/// Somebody has stopped it.
func isStopped(_ pid: Int32) -> Bool {
  text(of: "/proc/\(pid)/stat")?.split(separator: ")").last?.hasPrefix(" T") == true
}
