import OrienModel
import OrienSandbox

extension Posture {
  /// Each wall by itself, and what waits behind some of them.
  var walls: [Check] {
    [
      kernel, namespaces, workspace, users, systemCalls, landlock, network, lasting, interpreters,
      warm,
    ]
  }

  private var kernel: Check {
    isOld
      ? .bad(
        "kernel", machine.kernel, why: "walls need Linux 5.12", remedy: "boot a later kernel")
      : .ok("kernel", machine.kernel)
  }

  private func stands(_ name: String, _ what: String) -> Check {
    hasWalls
      ? .ok(name, what)
      : .bad(name, "none", why: capabilities?.whyNotMore ?? trialText ?? "the jail did not start")
  }

  private var namespaces: Check {
    let own = capabilities?.walls == .user ? "user, " : ""
    return stands("namespaces", own + "PID, mount, IPC, UTS, network and control group")
  }

  private var workspace: Check {
    let name = "workspaces"
    if case .obstacle(let failure) = trial {
      return .bad(name, workspaces, why: failure.message, remedy: remedyForObstacle)
    }
    if case .unknown(let failure) = trial {
      return .weak(name, workspaces, why: "no program was started in it: \(failure.message)")
    }
    switch capabilities?.walls {
    case .root: return .ok(name, "\(workspaces), by idmapped mounts")
    case .user:
      return .weak(
        name, "\(workspaces), as the node's own user",
        why: "only root can have them seen by another user", remedy: "sudo orien serve")
    case nil, JailCapabilities.Walls.none?:
      return .weak(name, workspaces, why: "programs see all of the machine beside it")
    }
  }

  private var users: Check {
    let name = "users"
    if let usersTaken {
      return .weak(
        name, "those of JAIL_UIDS are taken", why: usersTaken.message,
        remedy: "give this node others by JAIL_UIDS, unless that is this node")
    }
    guard capabilities?.walls == .root, let firstUser else {
      return .weak(
        name, "the node's own, \(machine.userID)",
        why: "a user for each program takes root", remedy: "sudo orien serve")
    }
    return .ok(name, "\(firstUser) to \(firstUser + SlotUsers.count - 1), one for each program")
  }

  private var systemCalls: Check { stands("system calls", "a list, by seccomp") }

  private var landlock: Check {
    let name = "Landlock"
    let what = machine.landlockABI == 0 ? "none" : "ABI \(machine.landlockABI)"
    // Scopes came with it.
    if machine.landlockABI >= 6 || capabilities?.confinesSignals == true { return .ok(name, what) }
    return .weak(
      name, what, why: "from ABI 6 on it keeps the signals of programs that are not walled in",
      remedy: "boot Linux 6.12 or later with landlock among its lsm=")
  }

  private var network: Check {
    stands("network", "none but what a manifest grants, in a namespace of its own")
  }

  /// What a manifest lets reach public addresses, which machines of renters are.
  private var lasting: Check {
    let name = "network of what lasts"
    guard let obstacleToPublic else { return .ok(name, "public addresses, held by BPF") }
    return .weak(
      name, "nothing holds it to public addresses", why: obstacleToPublic,
      remedy: machine.userID == 0
        ? "boot Linux 5.10 or later with CONFIG_CGROUP_BPF, and mount cgroup2 somewhere"
        : "sudo orien serve")
  }

  private func listed(_ names: Set<String>) -> String {
    let listed = Machine.scripted.map(\.name).filter(names.contains)
    return listed.isEmpty ? "none" : listed.joined(separator: ", ")
  }

  private var interpreters: Check {
    let name = "interpreters"
    let missing = Machine.scripted.filter { !machine.interpreters.contains($0.name) }
    guard !missing.isEmpty else { return .ok(name, listed(machine.interpreters)) }
    return .weak(
      name, listed(machine.interpreters),
      why: "not in /usr/bin, where scripts look: "
        + missing.map(\.name).joined(separator: ", "),
      remedy: "apt-get install " + missing.map(\.package).joined(separator: " "))
  }

  private var warm: Check {
    let name = "warm interpreters"
    guard machine.warm != machine.interpreters else { return .ok(name, listed(machine.warm)) }
    return .weak(
      name, listed(machine.warm), why: "each script of another starts its interpreter anew",
      remedy: "make build, or sudo make install")
  }
}
