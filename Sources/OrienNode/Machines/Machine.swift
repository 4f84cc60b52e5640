package import OrienModel

/// A machine as its backend tells of it.
package struct Machine: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable {
    case starting, running, stopping, stopped, suspended, deleted
    /// Also whatever a newer backend says.
    case unknown
  }

  package var name: String
  package var state: State
  package var address: String?
  /// Where its SSH is reached from this machine.
  package var target: Rental.Target?

  package init(
    name: String, state: State, address: String? = nil, target: Rental.Target? = nil
  ) {
    self.name = name
    self.state = state
    self.address = address
    self.target = target
  }

  /// It runs, and its SSH can be asked for.
  package var isReachable: Bool { state == .running && target != nil }

  /// As the page of `vm/1` has it. What is missing or of another type is not known; a name is needed.
  package init(_ json: JSON) throws(Failure) {
    guard let name = json["name"]?.string else {
      throw Failure(.internal, "bad-machine", "a backend tells of a machine without a name")
    }
    self.name = name
    state = json["state"]?.string.flatMap(State.init) ?? .unknown
    address = json["address"]?.string
    if let host = json["ssh_host"]?.string,
      let port = json["ssh_port"]?.uint64.flatMap({ UInt16(exactly: $0) }), port > 0
    {
      target = Rental.Target(host: host, port: port)
    }
  }
}

/// What a machine is to be.
package struct MachineOrder: Sendable, Equatable {
  package var name: String
  package var hostname: String
  package var size: MachineSize
  /// Empty: the backend's own.
  package var image: String
  package var keys: [String]
  package var deadline: Duration

  package init(
    name: String, hostname: String, size: MachineSize, image: String, keys: [String],
    deadline: Duration
  ) {
    self.name = name
    self.hostname = hostname
    self.size = size
    self.image = image
    self.keys = keys
    self.deadline = deadline
  }
}
