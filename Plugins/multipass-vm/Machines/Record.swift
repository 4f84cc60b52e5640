internal import OrienKit
internal import OrienMachineBackend

/// What is written down of a machine before it is made: that it is ours, and what it was given, which
/// nobody tells of it once it is stopped.
struct Record: MachineRecord {
  enum Phase: String, Sendable {
    /// Its launch has begun, and nobody knows yet how it ends.
    case launching
    /// Its launch was given up, and may yet come to its end.
    case late
    case made
    /// It was to be deleted while its launch was late: when it turns up it is still ours.
    case unwanted
  }

  var name: String
  var phase: Phase
  var cpu: Int?
  var memoryBytes: Int?
  var diskBytes: Int?
  var image: String?
  /// Where it was reached when it was last looked for; nil where it has stopped since.
  var address: String?

  /// It may turn up where it is not now.
  var isAwaited: Bool { phase != .made }

  init(
    name: String, phase: Phase, cpu: Int? = nil, memoryBytes: Int? = nil, diskBytes: Int? = nil,
    image: String? = nil, address: String? = nil
  ) {
    self.name = name
    self.phase = phase
    self.cpu = cpu
    self.memoryBytes = memoryBytes
    self.diskBytes = diskBytes
    self.image = image
    self.address = address
  }

  /// Of what the store has under its name. What cannot be read still says that it is ours.
  init(_ name: String, _ bytes: [UInt8]) {
    let json = (try? JSON(parsing: bytes)) ?? .null
    self.init(
      name: name, phase: json["phase"]?.string.flatMap(Phase.init) ?? .made,
      cpu: json["cpu"]?.integer, memoryBytes: json["memory_bytes"]?.integer,
      diskBytes: json["disk_bytes"]?.integer, image: json["image"]?.string,
      address: json["address"]?.string)
  }

  var json: JSON {
    var members = sizes
    members["phase"] = .string(phase.rawValue)
    members["address"] = address.map { .string($0) }
    return .object(members)
  }

  /// The machine, which is in this state.
  func machine(_ state: InstanceState) -> JSON {
    var machine = sizes
    machine["name"] = .string(name)
    machine["state"] = .string(state.rawValue)
    if state == .running, let address {
      machine["address"] = .string(address)
      machine["ssh_host"] = .string(address)
      machine["ssh_port"] = 22
    }
    return .object(machine)
  }

  private var sizes: [String: JSON] {
    var sizes: [String: JSON] = [:]
    sizes["cpu"] = cpu.map { .integer($0) }
    sizes["memory_bytes"] = memoryBytes.map { .integer($0) }
    sizes["disk_bytes"] = diskBytes.map { .integer($0) }
    sizes["image"] = image.map { .string($0) }
    return sizes
  }
}
