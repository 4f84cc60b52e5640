import COrienABI
import OrienModel
import OrienSystem

// The values of a call, both ways.

extension Limits: Packed {
  func write(to packer: inout Packer) {
    for (_, path) in Self.named { packer.put(self[keyPath: path]) }
  }
  init(from unpacker: inout Unpacker) throws(Failure) {
    self.init()
    for (_, path) in Self.named { self[keyPath: path] = try unpacker.part() }
  }
}

extension ArgumentValue: Packed {
  func write(to packer: inout Packer) {
    switch self {
    case .bool(let value):
      packer.put(number: 0 as UInt8)
      packer.put(value)
    case .integer(let value):
      packer.put(number: 1 as UInt8)
      packer.put(number: value)
    case .number(let value):
      packer.put(number: 2 as UInt8)
      packer.put(value.bitPattern)
    case .text(let value):
      packer.put(number: 3 as UInt8)
      packer.put(value)
    case .bytes(let value):
      packer.put(number: 4 as UInt8)
      packer.put(bytes: value)
    case .texts(let value):
      packer.put(number: 5 as UInt8)
      packer.put(value)
    }
  }
  init(from unpacker: inout Unpacker) throws(Failure) {
    switch try unpacker.number(UInt8.self) {
    case 0: self = .bool(try unpacker.part())
    case 1: self = .integer(try unpacker.number())
    case 2: self = .number(Double(bitPattern: try unpacker.number()))
    case 3: self = .text(try unpacker.part())
    case 4: self = .bytes(try unpacker.bytes())
    case 5: self = .texts(try unpacker.part())
    default: throw Unpacker.damaged
    }
  }
}

extension CallArguments: Packed {
  func write(to packer: inout Packer) {
    switch self {
    case .values(let values):
      packer.put(true)
      packer.put(values)
    case .packed(let object):
      packer.put(false)
      packer.put(bytes: object)
    }
  }
  init(from unpacker: inout Unpacker) throws(Failure) {
    self = try unpacker.part(Bool.self) ? .values(unpacker.part()) : .packed(unpacker.bytes())
  }
}

extension PluginCall: Packed {
  func write(to packer: inout Packer) {
    packer.put(number: UInt32(handler))
    packer.put(arguments)
    packer.put(id)
    packer.put(session)
    packer.put(workspace?.path)
    packer.put(number: workspace?.user ?? 0)
    packer.put(limits)
    packer.put(deadline.nanoseconds)
  }
  init(from unpacker: inout Unpacker) throws(Failure) {
    self.init(
      handler: Int(try unpacker.number(UInt32.self)), arguments: try unpacker.part(),
      id: try unpacker.part(), session: try unpacker.part(),
      workspace: try SharedWorkspace(from: &unpacker),
      limits: try unpacker.part(), deadline: Instant(nanoseconds: try unpacker.number()))
  }
}

extension SharedWorkspace {
  /// Nil where there was none.
  fileprivate init?(from unpacker: inout Unpacker) throws(Failure) {
    let (path, user): (String?, UInt32) = (try unpacker.part(), try unpacker.number())
    guard let path else { return nil }
    self.init(path: path, user: user)
  }
}

/// Read as a plugin's: its reason is a reason, and its message no more than people can read.
extension Failure: Packed {
  func write(to packer: inout Packer) {
    packer.put(number: UInt8(Code.allCases.firstIndex(of: code) ?? 0))
    packer.put(reason)
    packer.put(message)
  }
  init(from unpacker: inout Unpacker) throws(Failure) {
    let code = Int(try unpacker.number(UInt8.self))
    let (reason, message) = (try unpacker.part(String.self), try unpacker.part(String.self))
    guard Code.allCases.indices.contains(code), Grammar.reason.admits(reason),
      message.utf8.count <= 16 << 10
    else { throw Unpacker.damaged }
    self.init(Code.allCases[code], reason, message.harmless)
  }
}

extension Command: Packed {
  func write(to packer: inout Packer) {
    packer.put(arguments)
    packer.put(environment)
    packer.put(bytes: input)
    packer.put(wallMilliseconds)
    packer.put(isOutside)
    packer.put(readsOnly)
    packer.put(number: network.rawValue)
  }
  init(from unpacker: inout Unpacker) throws(Failure) {
    self.init(
      try unpacker.part(), environment: try unpacker.part(), input: try unpacker.bytes(),
      wallMilliseconds: try unpacker.part(), isOutside: try unpacker.part(),
      readsOnly: try unpacker.part(), network: try Network(packed: &unpacker))
    guard isSound else { throw Unpacker.damaged }
  }
}

extension Command.Network {
  fileprivate init(packed unpacker: inout Unpacker) throws(Failure) {
    guard let network = Self(rawValue: try unpacker.number()) else { throw Unpacker.damaged }
    self = network
  }
}

extension ProcessExit: Packed {
  func write(to packer: inout Packer) {
    let exit = inC
    packer.put(number: exit.code)
    packer.put(number: exit.signal)
    packer.put(number: exit.reason)
  }
  init(from unpacker: inout Unpacker) throws(Failure) {
    var exit = orien_exit()
    exit.code = try unpacker.number()
    exit.signal = try unpacker.number()
    exit.reason = try unpacker.number()
    guard let exit = ProcessExit(exit) else { throw Unpacker.damaged }
    self = exit
  }
}

/// What a plugin states of something: it has no units, and no wall.
extension Usage: Packed {
  func write(to packer: inout Packer) {
    packer.put(cpuUserMicroseconds)
    packer.put(cpuSystemMicroseconds)
    packer.put(memoryPeakBytes)
    packer.put(readBytes)
    packer.put(writtenBytes)
  }
  init(from unpacker: inout Unpacker) throws(Failure) {
    self.init()
    cpuUserMicroseconds = try unpacker.number()
    cpuSystemMicroseconds = try unpacker.number()
    memoryPeakBytes = try unpacker.number()
    readBytes = try unpacker.number()
    writtenBytes = try unpacker.number()
  }
}

extension RunResult: Packed {
  func write(to packer: inout Packer) {
    packer.put(exit)
    packer.put(bytes: output)
    packer.put(bytes: errors)
  }
  init(from unpacker: inout Unpacker) throws(Failure) {
    self.init(
      exit: try unpacker.part(), output: try unpacker.bytes(), errors: try unpacker.bytes())
  }
}

extension CallResult: Packed {
  func write(to packer: inout Packer) {
    packer.put(cpuMicroseconds)
    packer.put(wasCalled)
    switch outcome {
    case .done: packer.put(number: 0 as UInt8)
    case .exec(let command):
      packer.put(number: 1 as UInt8)
      packer.put(command)
    case .failed(let failure):
      packer.put(number: 2 as UInt8)
      packer.put(failure)
    }
  }
  init(from unpacker: inout Unpacker) throws(Failure) {
    let (cpu, wasCalled) = (try unpacker.number(UInt64.self), try unpacker.part(Bool.self))
    let outcome: Outcome
    switch try unpacker.number(UInt8.self) {
    case 0: outcome = .done
    case 1: outcome = .exec(try unpacker.part())
    case 2: outcome = .failed(try unpacker.part())
    default: throw Unpacker.damaged
    }
    self.init(outcome, cpuMicroseconds: cpu, wasCalled: wasCalled)
  }
}
