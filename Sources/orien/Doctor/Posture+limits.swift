import OrienKernel
import OrienModel
import OrienSandbox

extension Posture {
  /// Each limit with what holds it, in the words of the records.
  var limits: [Check] {
    [.ok("limit of wall", Enforcement.node.rawValue)] + RequiredLimit.allCases.map(limit) + [
      swap, .ok("limit of output", Enforcement.node.rawValue),
    ]
  }

  private func limit(_ limit: RequiredLimit) -> Check {
    let name = "limit of \(limit.rawValue)"
    guard let capabilities else {
      return .bad(name, "none", why: "the jail did not start")
    }
    if limit.isOfWorkspace, makesImages { return .ok(name, Enforcement.image.rawValue) }
    let means = limit.isOfWorkspace ? "count" : capabilities.means(of: limit.limit).rawValue
    if !limit.isOfWorkspace, capabilities.holds(limit) { return .ok(name, means) }
    let why = Self.shortfall(
      of: limit, limit.isOfWorkspace ? .count : capabilities.means(of: limit.limit))
    if required.contains(limit) {
      return .bad(
        name, means, why: "\(why), and REQUIRE_LIMITS wants the kernel to",
        remedy: remedy(for: limit) ?? "take it from REQUIRE_LIMITS")
    }
    return .weak(name, means, why: why, remedy: remedy(for: limit))
  }

  private static func shortfall(of limit: RequiredLimit, _ means: Enforcement) -> String {
    switch means {
    case .rlimit: "it holds each process by itself"
    case .node, .count: "the node counts, and sees more a moment later"
    case .none: "nothing holds it"
    case .cgroup1, .cgroup2, .image, .plugin: "it does not hold a call as a whole"
    }
  }

  private func remedy(for limit: RequiredLimit) -> String? {
    switch limit {
    case .memory, .cpu, .cpuTime, .processes: remedyForGroups
    case .workspaceBytes, .workspaceFiles: remedyForWorkspaces
    case .io: remedyForGroups
    case .openFiles, .fileSize: nil
    }
  }

  /// Each workspace is a file system of its own.
  private var makesImages: Bool { quota != .count && machine.userID == 0 && machine.canMakeImages }

  private var remedyForWorkspaces: String {
    if machine.userID != 0 { return "run the node as root" }
    return quota == .count ? "set WORKSPACE_QUOTA=auto" : "sudo apt-get install e2fsprogs"
  }

  /// It goes with memory, and has no limit of its own.
  private var swap: Check {
    let name = "limit of swap"
    let means = capabilities?.means(of: RequiredLimit.memory.limit) ?? .none
    guard machine.hasSwap else { return .ok(name, "the machine has no swap") }
    let isHeld = [.cgroup1, .cgroup2].contains(means) && machine.boundsSwap
    if isHeld { return .ok(name, means.rawValue) }
    return .weak(
      name, Enforcement.none.rawValue, why: "what memory has no room for goes to swap",
      remedy: means == .rlimit || means == .none ? "sudo swapoff -a" : "boot with swapaccount=1")
  }
}
