internal import OrienKit

/// The one place that says what a container is made with. What a caller may choose is the program,
/// where the workspace is and whether it can be written to, and whether there is a network; all else
/// is fixed here, or the operator's.
struct CreateRequest {
  let image: Image
  let program: Program
  /// The path on the engine's machine, and whose its files are.
  let workspace: (path: String, user: UInt32)
  let layout: Layout
  let isReadOnly: Bool
  let hasNetwork: Bool
  let limits: Limits
  let labels: [String: String]
  /// The workspace is no more than a place yet: what is mounted on that later is seen in the container.
  var awaitsWorkspace = false

  private static let defaults = (memory: UInt64(512 << 20), cpuPercent: UInt64(100), processes: 64)

  func json(_ sandbox: Sandbox) -> JSON {
    let user = "\(workspace.user):\(workspace.user)"
    let words = program.words.map { JSON.string($0) }
    return [
      "Image": .string(image.digest),
      // As the entry point, so that the image's own has no part in it.
      "Entrypoint": .array(words), "Cmd": [],
      "Env": .array(program.environment.map { .string($0) }),
      "User": .string(user), "WorkingDir": .string(layout.folder),
      "Hostname": "sandbox", "Domainname": "",
      "AttachStdin": .bool(program.takesInput), "OpenStdin": .bool(program.takesInput),
      "StdinOnce": true, "AttachStdout": true, "AttachStderr": true, "Tty": false,
      "NetworkDisabled": .bool(!hasNetwork), "Healthcheck": ["Test": ["NONE"]],
      "StopSignal": "SIGKILL", "Labels": .object(labels.mapValues { .string($0) }),
      "HostConfig": .object(host(sandbox)),
    ]
  }

  private func host(_ sandbox: Sandbox) -> [String: JSON] {
    let memory = JSON.integer(Int(clamping: limits.memoryBytes ?? Self.defaults.memory))
    let percent = limits.cpuPercent ?? Self.defaults.cpuPercent
    var host: [String: JSON] = [
      "NetworkMode": .string(hasNetwork ? sandbox.network : "none"),
      "Mounts": .array(layout.places(isReadOnly: isReadOnly).map(mount)),
      "Tmpfs": ["/tmp": .string("rw,nosuid,nodev,size=\(sandbox.tmpBytes),mode=1777")],
      "ReadonlyRootfs": true, "Privileged": false, "CapDrop": ["ALL"], "CapAdd": [],
      "SecurityOpt": ["no-new-privileges"], "Devices": [], "Binds": [], "VolumesFrom": [],
      "Memory": memory,
      // No more with swap than without.
      "MemorySwap": memory,
      "OomKillDisable": false, "NanoCpus": .integer(Int(clamping: percent * 10_000_000)),
      "PidsLimit": .integer(limits.processes.map(Int.init) ?? Self.defaults.processes),
      "Ulimits": .array(ulimits), "ShmSize": .integer(16 << 20),
      "IpcMode": "private", "PidMode": "", "UTSMode": "", "UsernsMode": "",
      "CgroupnsMode": "private",
      "Runtime": .string(sandbox.runtime),
      // What it says is read as it comes: kept in a file, it would fill the engine's disk.
      "LogConfig": ["Type": "none", "Config": [:]],
      "AutoRemove": false, "RestartPolicy": ["Name": "no"], "PublishAllPorts": false,
      "PortBindings": [:], "Init": false,
    ]
    if let rate = limits.ioBytesPerSecond, !sandbox.ioDevices.isEmpty {
      let bounds = sandbox.ioDevices.map { path -> JSON in
        ["Path": .string(path), "Rate": .integer(Int(clamping: rate))]
      }
      host["BlkioDeviceReadBps"] = .array(bounds)
      host["BlkioDeviceWriteBps"] = .array(bounds)
    }
    return host
  }

  /// Always the workspace's own root: no part of a path that a tenant makes is the engine's to follow.
  private func mount(at place: String, isReadOnly: Bool) -> JSON {
    [
      "Type": "bind", "Source": .string(workspace.path), "Target": .string(place),
      "ReadOnly": .bool(isReadOnly),
      "BindOptions": ["Propagation": awaitsWorkspace ? "rslave" : "rprivate"],
    ]
  }

  private var ulimits: [JSON] {
    let files = limits.openFiles.map(UInt64.init) ?? 1024
    var bounds: [(String, UInt64)] = [("core", 0), ("nofile", files)]
    if let bytes = limits.fileBytes { bounds.append(("fsize", bytes)) }
    return bounds.map { name, bound in
      let value = JSON.integer(Int(clamping: bound))
      return ["Name": .string(name), "Soft": value, "Hard": value]
    }
  }
}
