import OrienKernel
import OrienModel
import OrienSandbox
import Testing

@testable import orien

@Suite("What a machine's posture says")
struct DoctorTests {
  private static func capabilities(
    _ walls: JailCapabilities.Walls = .root, _ means: Enforcement = .cgroup2, why: String? = nil
  ) -> JailCapabilities {
    let held = [
      "memoryBytes", "cpuPercent", "cpuMilliseconds", "processes", "ioBytesPerSecond",
    ]
    var enforcedBy = Dictionary(uniqueKeysWithValues: held.map { ($0, means) })
    enforcedBy["openFiles"] = .rlimit
    enforcedBy["fileBytes"] = .rlimit
    return JailCapabilities(
      enforcedBy: enforcedBy, killsByGroup: true, metersByGroup: true,
      confinesSignals: walls != .none, walls: walls, whyNotMore: why)
  }

  /// The best there is.
  private static var best: Posture {
    var posture = Posture()
    posture.machine.kernel = "6.12.1-amd64"
    posture.machine.landlockABI = 6
    posture.machine.canMakeImages = true
    posture.machine.groups = .version2
    posture.machine.interpreters = ["python3", "node"]
    posture.machine.warm = ["python3", "node"]
    posture.workspaces = "/w"
    posture.firstUser = 70_000
    posture.capabilities = capabilities()
    return posture
  }

  private static let obstacle = JailTrial.Outcome.obstacle(
    Failure(.unavailable, "workspaces-not-lent", "no workspace in /w"))

  private func check(_ name: String, of posture: Posture) throws -> Check {
    try #require(posture.checks.first { $0.name == name })
  }

  @Test("Where all is as it can be nothing is weak")
  func whole() {
    let posture = Self.best
    #expect(posture.isWalled)
    #expect(posture.checks.filter { $0.state != .ok }.map(\.name) == [])
  }

  @Test("What keeps what lasts from being held to public addresses is told with its step")
  func lasting() throws {
    var posture = Self.best
    posture.obstacleToPublic = "no tree of control groups of version 2 is mounted"
    var found = try check("network of what lasts", of: posture)
    #expect(found.state == .weak && found.why == posture.obstacleToPublic)
    #expect(found.remedy?.contains("cgroup2") == true)
    posture.machine.userID = 1000
    found = try check("network of what lasts", of: posture)
    #expect(found.remedy == "sudo orien serve")
    #expect(posture.isWalled)
  }

  @Test(
    "The level has one step that would raise it",
    arguments: [
      (.root, .cgroup1, 0, .both, [:], "boot with systemd.unified_cgroup_hierarchy=1"),
      (.root, .rlimit, 0, .version2, [:], "systemd-run -p Delegate=yes orien serve"),
      (.root, .rlimit, 0, .none, [:], "mount -t cgroup2 none /sys/fs/cgroup"),
      (.user, .rlimit, 1000, .version2, [:], "sudo orien serve"),
      (.user, .rlimit, 0, .version2, [:], "give the container every capability"),
      (.none, .none, 1000, .none, [:], "sudo orien serve"),
      (
        .none, .none, 1000, .none, ["kernel.unprivileged_userns_clone": "0"],
        "sudo sysctl kernel.unprivileged_userns_clone=1"
      ),
      (
        .none, .none, 1000, .none,
        [
          "kernel.unprivileged_userns_clone": "1",
          "kernel.apparmor_restrict_unprivileged_userns": "1",
        ], "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
      ),
      (
        .none, .none, 1000, .none, ["user.max_user_namespaces": "0"],
        "sudo sysctl user.max_user_namespaces=16384"
      ),
    ] as [(JailCapabilities.Walls, Enforcement, UInt32, Machine.Groups, [String: String], String)])
  func levels(
    _ walls: JailCapabilities.Walls, _ means: Enforcement, _ user: UInt32,
    _ groups: Machine.Groups, _ switches: [String: String], _ remedy: String
  ) throws {
    var posture = Self.best
    posture.capabilities = Self.capabilities(
      walls, means, why: walls == .root ? nil : "a user namespace: no")
    posture.machine.userID = user
    posture.machine.groups = groups
    posture.machine.switches = switches
    let level = try check("isolation", of: posture)
    #expect(posture.isWalled == (walls != .none))
    #expect(level.state == (walls == .none ? .bad : .weak))
    #expect(level.why != nil)
    #expect(level.remedy?.hasPrefix(remedy) == true, "\(level.remedy ?? "")")
  }

  @Test("An old kernel is what is to be changed first", arguments: ["5.10.0-30-amd64", "4.19"])
  func old(_ kernel: String) throws {
    var posture = Self.best
    posture.machine.kernel = kernel
    posture.capabilities = Self.capabilities(.none, .none, why: "mounts: no")
    #expect(try check("kernel", of: posture).state == .bad)
    #expect(try check("isolation", of: posture).remedy == "boot Linux 5.12 or later")
  }

  @Test("Workspaces that cannot be lent are no walls, wherever these stand")
  func obstructed() throws {
    var posture = Self.best
    posture.trial = Self.obstacle
    posture.capabilities?.obstacle = Failure(.unavailable, "workspaces-not-lent", "no workspace")
    #expect(!posture.isWalled)
    for name in ["isolation", "workspaces"] {
      let check = try check(name, of: posture)
      #expect(check.state == .bad)
      #expect(check.remedy?.contains("WORKSPACE_ROOT") == true)
    }
    #expect(posture.isolation == "none")
  }

  @Test("A jail that did not start says so everywhere")
  func silent() throws {
    var posture = Self.best
    posture.capabilities = nil
    posture.trial = .unknown(Failure(.unavailable, "jail-unavailable", "it did not come up"))
    #expect(!posture.isWalled)
    #expect(try check("isolation", of: posture).why?.contains("did not come up") == true)
    #expect(try check("limit of memory", of: posture).state == .bad)
    #expect(try check("namespaces", of: posture).state == .bad)
  }

  @Test("A limit that the operator requires and the kernel does not hold is bad")
  func required() throws {
    var posture = Self.best
    posture.capabilities = Self.capabilities(.user, .rlimit, why: "not root")
    posture.required = [.memory, .openFiles]
    let memory = try check("limit of memory", of: posture)
    #expect(memory.state == .bad && memory.what == "rlimit")
    #expect(memory.why?.contains("REQUIRE_LIMITS") == true)
    #expect(memory.remedy == "systemd-run -p Delegate=yes orien serve")
    #expect(try check("limit of processes", of: posture).state == .weak)
    #expect(try check("limit of openFiles", of: posture).state == .ok)
  }

  @Test(
    "Swap is held with memory, or is none",
    arguments: [
      (false, false, .rlimit, .ok), (true, true, .cgroup1, .ok), (true, false, .cgroup2, .weak),
      (true, true, .rlimit, .weak),
    ] as [(Bool, Bool, Enforcement, Check.State)])
  func swap(_ hasSwap: Bool, _ bounds: Bool, _ means: Enforcement, _ state: Check.State) throws {
    var posture = Self.best
    posture.machine.hasSwap = hasSwap
    posture.machine.boundsSwap = bounds
    posture.capabilities = Self.capabilities(.root, means)
    #expect(try check("limit of swap", of: posture).state == state)
  }

  @Test("What scripts are run by is named, with the package that has it")
  func interpreters() throws {
    var posture = Self.best
    posture.machine.interpreters = ["python3"]
    posture.machine.warm = []
    let found = try check("interpreters", of: posture)
    #expect(found.what == "python3" && found.remedy == "apt-get install nodejs")
    let warm = try check("warm interpreters", of: posture)
    #expect(warm.what == "none" && warm.state == .weak)
  }

  @Test("A report is a table with what would be better behind it, or one JSON value")
  func report() {
    var posture = Self.best
    posture.capabilities = Self.capabilities(.user, .cgroup2, why: "the node does not run as root")
    posture.machine.userID = 1000
    let report = DoctorReport(
      posture: posture, checks: posture.checks + [.bad("address", "x", why: "taken\u{1B}[2J")])
    let text = report.text(.plain)
    #expect(
      text.hasPrefix(
        "CHECK                    STATE  FOUND\nisolation                weak   user\n"))
    #expect(text.contains("\nisolation: the node does not run as root\n  -> sudo orien serve\n"))
    #expect(text.contains("\naddress: taken\u{FFFD}[2J\n"))
    #expect(text.hasSuffix("\nScripts are walled in here: user.\n"))
    #expect(report.json["isolation"]?.string == "user" && report.json["walled"]?.bool == true)
    let first = report.json["checks"]?.array?.first
    #expect(
      first?.members?.map(\.name) == ["name", "state", "what", "why", "remedy"])
    #expect(report.json["checks"]?.array?.count == report.checks.count)
  }
}
