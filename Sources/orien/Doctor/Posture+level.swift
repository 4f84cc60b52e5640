import OrienModel
import OrienSandbox

extension Posture {
  /// How far programs are walled in, and the one step that would raise it.
  var level: Check {
    let name = "isolation"
    guard let capabilities else {
      return .bad(
        name, isolation, why: "the jail did not start: \(trialText ?? "its lines above say why")",
        remedy: remedyForWalls)
    }
    guard let why = capabilities.whyNotHigher else { return .ok(name, isolation) }
    return isWalled
      ? .weak(name, isolation, why: why, remedy: remedyForLevel)
      : .bad(name, isolation, why: why, remedy: remedyForLevel)
  }

  var trialText: String? {
    switch trial {
    case .passed: nil
    case .obstacle(let failure), .unknown(let failure): failure.message
    }
  }

  private var remedyForLevel: String {
    if isObstructed { return remedyForObstacle }
    switch capabilities?.walls {
    case .root: return remedyForGroups
    case .user where machine.userID != 0: return "sudo orien serve"
    default: return remedyForWalls
    }
  }

  var remedyForObstacle: String { "set WORKSPACE_ROOT to a folder on ext4, xfs or btrfs" }

  /// What is in the way of namespaces, most likely first.
  private var remedyForWalls: String {
    if machine.userID != 0 {
      let wanted = [
        ("kernel.unprivileged_userns_clone", "0", "1"),
        ("kernel.apparmor_restrict_unprivileged_userns", "1", "0"),
        ("user.max_user_namespaces", "0", "16384"),
      ]
      for (name, fault, cure) in wanted where machine.switches[name] == fault {
        return "sudo sysctl \(name)=\(cure)"
      }
      return "sudo orien serve"
    }
    return isOld
      ? "boot Linux 5.12 or later"
      : "give the container every capability (docker run --privileged), or run orien on the machine"
  }

  /// Without mount_setattr(2) there are no walls.
  var isOld: Bool {
    let parts = machine.kernel.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
    return parts.count == 2 && (parts[0], parts[1]) < (5, 12)
  }

  /// What would give the node a control group with controllers.
  var remedyForGroups: String {
    switch machine.groups {
    case .none: "mount -t cgroup2 none /sys/fs/cgroup"
    case .version1, .both: "boot with systemd.unified_cgroup_hierarchy=1"
    case .version2 where machine.userID == 0: "systemd-run -p Delegate=yes orien serve"
    case .version2: "systemd-run --user --scope -p Delegate=yes orien serve"
    }
  }
}
