internal import OrienKit
internal import OrienMachineBackend

/// What is written down of a machine before anything of it is made: that it is ours, what it is to
/// have, and where it is.
struct Record: MachineRecord {
  enum Phase: String, Sendable {
    /// Some of it may be there. Whose launch dies with its node stays so: it can only be deleted.
    case making
    case made
    /// Some of it may be gone.
    case deleting
  }

  let name: String
  var phase: Phase
  /// Of its folder: no other machine ever had it, whatever it was called.
  let id: String
  let image: String
  let size: MachineSize
  /// Of loopback, where its SSH is.
  var address: String

  init(name: String, id: String, image: String, size: MachineSize, address: String) {
    self.name = name
    self.id = id
    self.image = image
    self.size = size
    self.address = address
    phase = .making
  }

  /// Of what the store has under its name.
  init(_ name: String, _ bytes: [UInt8]) throws(Failure) {
    guard let json = try? JSON(parsing: bytes), let id = json["id"]?.string,
      let phase = json["phase"]?.string.flatMap(Phase.init), let cpu = json["cpu"]?.integer,
      let memoryBytes = json["memory_bytes"]?.integer, let disk = json["disk_bytes"]?.integer
    else {
      throw Failure(.internal, "what is written down of \(name) was written by somebody else")
    }
    self.init(
      name: name, id: id, image: json["image"]?.string ?? "",
      size: MachineSize(cpu: cpu, memoryBytes: memoryBytes, diskBytes: disk),
      address: json["address"]?.string ?? "")
    self.phase = phase
  }

  var json: JSON {
    var members = sizes
    members["id"] = .string(id)
    members["phase"] = .string(phase.rawValue)
    members["address"] = .string(address)
    return .object(members)
  }

  /// The machine, which is in this state.
  func machine(_ state: MachineState, port: Int) -> JSON {
    var machine = sizes
    machine["name"] = .string(name)
    machine["state"] = .string(state.rawValue)
    if state == .running || state == .starting {
      machine["address"] = .string(address)
      machine["ssh_host"] = .string(address)
      machine["ssh_port"] = .integer(port)
    }
    return .object(machine)
  }

  private var sizes: [String: JSON] {
    size.members.merging(["image": .string(image)]) { _, image in image }
  }
}

/// As vm/1 has them.
enum MachineState: String, Sendable {
  case starting, running, stopping, stopped, suspended, unknown
}
