import OrienModel

// What a worker asks about programs that outlive it, both ways.

extension LastingName: Packed {
  func write(to packer: inout Packer) { packer.put(text) }
  init(from unpacker: inout Unpacker) throws(Failure) {
    guard let name = LastingName(try unpacker.part()) else { throw Unpacker.damaged }
    self = name
  }
}

extension LastingRequest: Packed {
  func write(to packer: inout Packer) {
    switch self {
    case .start(let name, let command, let limits):
      packer.put(number: 0 as UInt8)
      packer.put(name)
      packer.put(command)
      packer.put(limits)
    case .stop(let name, let grace):
      packer.put(number: 1 as UInt8)
      packer.put(name)
      packer.put(grace)
    case .status(let name):
      packer.put(number: 2 as UInt8)
      packer.put(name)
    case .output(let name):
      packer.put(number: 3 as UInt8)
      packer.put(name)
    case .list(let prefix, let after, let bytes):
      packer.put(number: 4 as UInt8)
      packer.put(prefix)
      packer.put(after)
      packer.put(bytes)
    }
  }
  init(from unpacker: inout Unpacker) throws(Failure) {
    switch try unpacker.number(UInt8.self) {
    case 0:
      let (name, command) = (try unpacker.part(LastingName.self), try unpacker.part(Command.self))
      guard command.canLast else { throw Unpacker.damaged }
      self = .start(name, command, try unpacker.part())
    case 1: self = .stop(try unpacker.part(), graceMilliseconds: try unpacker.part())
    case 2: self = .status(try unpacker.part())
    case 3: self = .output(try unpacker.part())
    case 4:
      self = .list(
        prefix: try unpacker.part(), after: try unpacker.part(), bytes: try unpacker.part())
    default: throw Unpacker.damaged
    }
  }
}

extension LastingStatus: Packed {
  func write(to packer: inout Packer) {
    packer.put(isRunning)
    packer.put(startedMilliseconds)
    packer.put(endedMilliseconds)
    packer.put(exit)
    packer.put(usage)
    packer.put(memoryBytes)
    packer.put(number: processes)
  }
  init(from unpacker: inout Unpacker) throws(Failure) {
    self.init(
      isRunning: try unpacker.part(), startedMilliseconds: try unpacker.part(),
      endedMilliseconds: try unpacker.part(), exit: try unpacker.part(),
      usage: try unpacker.part(), memoryBytes: try unpacker.part(),
      processes: try unpacker.number())
  }
}

extension LastingAnswer: Packed {
  func write(to packer: inout Packer) {
    switch self {
    case .done: packer.put(number: 0 as UInt8)
    case .status(let status):
      packer.put(number: 1 as UInt8)
      packer.put(status)
    case .output(let bytes):
      packer.put(number: 2 as UInt8)
      packer.put(bytes: bytes)
    case .names(let names):
      packer.put(number: 3 as UInt8)
      packer.put(names)
    }
  }
  init(from unpacker: inout Unpacker) throws(Failure) {
    switch try unpacker.number(UInt8.self) {
    case 0: self = .done
    case 1: self = .status(try unpacker.part())
    case 2: self = .output(try unpacker.bytes())
    case 3: self = .names(try unpacker.part())
    default: throw Unpacker.damaged
    }
  }
}
