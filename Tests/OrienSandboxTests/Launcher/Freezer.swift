import Foundation

/// Processes that hang: they take no part in anything until they are killed, and no signal but
/// that one wakes them.
final class Freezer {
  static let isThere = access(unifiedTree, W_OK) == 0

  private let folder = "\(unifiedTree)/orien-freezer-\(UInt32.random(in: 0 ... .max))"

  init(_ pids: [Int32]) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    for pid in pids { try put("\(pid)", into: "cgroup.procs") }
    try put("1", into: "cgroup.freeze")
    while text(of: folder + "/cgroup.events")?.contains("frozen 1") != true { sched_yield() }
  }

  private func put(_ text: String, into name: String) throws {
    let file = try FileHandle(forWritingTo: URL(filePath: "\(folder)/\(name)"))
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }

  /// To be called when they have been killed.
  func thaw() { while rmdir(folder) != 0, errno == EBUSY { sched_yield() } }
}

/// Somebody has stopped it.
func isStopped(_ pid: Int32) -> Bool {
  text(of: "/proc/\(pid)/stat")?.split(separator: ")").last?.hasPrefix(" T") == true
}
