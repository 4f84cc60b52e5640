import OrienModel
import OrienSystem

extension NodeMessage {
  var packed: (kind: Kind, id: UInt64, body: [UInt8]) {
    switch self {
    case .load(let order): (.load, 0, Packer.bytes(of: order))
    case .call(let id, let call): (.call, id, Packer.bytes(of: call))
    case .cancel(let id): (.cancel, id, [])
    case .answer(let number, let answer): (.answer, number, Packer.bytes(of: answer))
    case .probe: (.probe, 0, [])
    case .close: (.close, 0, [])
    }
  }

  init(kind: UInt32, id: UInt64, body: [UInt8]) throws(Failure) {
    switch Kind(rawValue: kind) {
    case .load: self = .load(try Unpacker.part(of: body))
    case .call: self = .call(id, try Unpacker.part(of: body))
    case .cancel: self = .cancel(id)
    case .answer: self = .answer(id, try Unpacker.part(of: body))
    case .probe: self = .probe
    case .close: self = .close
    case nil: throw Unpacker.damaged
    }
  }
}

extension WorkerMessage {
  var packed: (kind: Kind, id: UInt64, body: [UInt8]) {
    var packer = Packer()
    switch self {
    case .loaded(let failure): return (.loaded, 0, Packer.bytes(of: failure))
    case .emit(let id, let stream, let chunk):
      packer.put(number: stream.rawValue)
      packer.put(bytes: chunk)
      return (.emit, id, packer.bytes)
    case .meter(let id, let unit, let amount):
      packer.put(unit)
      packer.put(amount)
      return (.meter, id, packer.bytes)
    case .ended(let id, let exit, let usage):
      packer.put(exit)
      packer.put(usage)
      return (.ended, id, packer.bytes)
    case .request(let request): return (.request, request.number, Packer.bytes(of: request))
    case .log(let level, let message, let call):
      packer.put(number: level.rawValue)
      packer.put(message)
      packer.put(call)
      return (.log, 0, packer.bytes)
    case .returned(let id, let result): return (.returned, id, Packer.bytes(of: result))
    case .probed(let failure): return (.probed, 0, Packer.bytes(of: failure))
    case .holds(let holdings): return (.holds, 0, Packer.bytes(of: holdings))
    }
  }

  init(kind: UInt32, id: UInt64, body: [UInt8]) throws(Failure) {
    var unpacker = Unpacker(body)
    switch Kind(rawValue: kind) {
    case .loaded: self = .loaded(try unpacker.part())
    case .emit:
      guard let stream = OutputStream(rawValue: try unpacker.number()),
        stream == .output || stream == .errors
      else { throw Unpacker.damaged }
      self = .emit(id, stream, try unpacker.bytes())
    case .meter: self = .meter(id, try unpacker.part(), try unpacker.number())
    case .ended: self = .ended(id, try unpacker.part(), try unpacker.part())
    case .request: self = .request(try unpacker.part())
    case .log:
      let level = PluginLogLevel(rawValue: try unpacker.number())
      let message = try unpacker.part(String.self)
      guard let level, message.utf8.count <= 16 << 10 else { throw Unpacker.damaged }
      self = .log(level, message, call: try unpacker.part())
    case .returned: self = .returned(id, try unpacker.part())
    case .probed: self = .probed(try unpacker.part())
    case .holds: self = .holds(try unpacker.part())
    case nil: throw Unpacker.damaged
    }
    try unpacker.end()
  }
}

extension WorkerOrder: Packed {
  func write(to packer: inout Packer) {
    for text in [name, folder, nodeVersion] { packer.put(text) }
    packer.put(code)
    packer.put(bytes: listing)
    packer.put(bytes: config)
    packer.put(slots)
    packer.put(isWalled)
    packer.put(memoryBytes)
    packer.put(openFiles)
  }
  init(from unpacker: inout Unpacker) throws(Failure) {
    name = try unpacker.part()
    folder = try unpacker.part()
    nodeVersion = try unpacker.part()
    code = try unpacker.part()
    listing = try unpacker.bytes()
    config = try unpacker.bytes()
    slots = try unpacker.number()
    isWalled = try unpacker.part()
    memoryBytes = try unpacker.number()
    openFiles = try unpacker.number()
  }
}

extension WorkerOrder.Code: Packed {
  func write(to packer: inout Packer) {
    switch self {
    case .library(let path):
      packer.put(true)
      packer.put(path)
    case .declared(let manifest):
      packer.put(false)
      packer.put(bytes: manifest)
    }
  }
  init(from unpacker: inout Unpacker) throws(Failure) {
    self =
      try unpacker.part(Bool.self)
      ? .library(try unpacker.part()) : .declared(try unpacker.bytes())
  }
}

extension WorkerRequest: Packed {
  private enum Kind: UInt8 {
    case emit = 1, run, openFile, putState, state, removeState, stateKeys, lasting, place
  }

  func write(to packer: inout Packer) {
    packer.put(number)
    packer.put(call)
    switch what {
    case .emit(let stream, let object):
      packer.put(number: Kind.emit.rawValue)
      packer.put(number: stream.rawValue)
      packer.put(bytes: object)
    case .run(let command, let captureBytes):
      packer.put(number: Kind.run.rawValue)
      packer.put(command)
      packer.put(captureBytes)
    case .openFile(let path, let mode):
      packer.put(number: Kind.openFile.rawValue)
      packer.put(path)
      packer.put(number: mode.rawValue)
    case .place(let request):
      packer.put(number: Kind.place.rawValue)
      packer.put(request)
    case .putState(let key, let value, let revision):
      packer.put(number: Kind.putState.rawValue)
      packer.put(key)
      packer.put(bytes: value)
      packer.put(revision)
    case .state(let key):
      packer.put(number: Kind.state.rawValue)
      packer.put(key)
    case .removeState(let key, let revision):
      packer.put(number: Kind.removeState.rawValue)
      packer.put(key)
      packer.put(revision)
    case .stateKeys(let prefix, let after, let bytes):
      packer.put(number: Kind.stateKeys.rawValue)
      packer.put(prefix)
      packer.put(after)
      packer.put(bytes)
    case .lasting(let request):
      packer.put(number: Kind.lasting.rawValue)
      packer.put(request)
    }
  }

  init(from unpacker: inout Unpacker) throws(Failure) {
    number = try unpacker.number()
    call = try unpacker.part()
    switch Kind(rawValue: try unpacker.number()) {
    case .emit:
      guard let stream = OutputStream(rawValue: try unpacker.number()) else {
        throw Unpacker.damaged
      }
      what = .emit(stream, try unpacker.bytes())
    case .run: what = .run(try unpacker.part(), captureBytes: try unpacker.part())
    case .openFile:
      let path = try unpacker.part(String.self)
      guard let mode = FileMode(rawValue: try unpacker.number()), path.utf8.count <= 4096,
        !path.utf8.contains(0)
      else { throw Unpacker.damaged }
      what = .openFile(path, mode)
    case .place: what = .place(try unpacker.part())
    case .putState:
      what = .putState(
        try StateService.checked(try unpacker.part()),
        try StateService.checked(try unpacker.bytes()), over: try unpacker.part())
    case .state: what = .state(try StateService.checked(try unpacker.part()))
    case .removeState:
      what = .removeState(
        try StateService.checked(try unpacker.part()), over: try unpacker.part())
    case .stateKeys:
      what = .stateKeys(
        prefix: try unpacker.part(), after: try unpacker.part(), bytes: try unpacker.number())
    case .lasting: what = .lasting(try unpacker.part())
    case nil: throw Unpacker.damaged
    }
  }
}

extension WorkerAnswer: Packed {
  private enum Kind: UInt8 {
    case failed = 1, status, ran, opened, written, conflict, value, absent, keys, lasting, placed
  }

  func write(to packer: inout Packer) {
    switch self {
    case .failed(let failure):
      packer.put(number: Kind.failed.rawValue)
      packer.put(failure)
    case .status(let status):
      packer.put(number: Kind.status.rawValue)
      packer.put(number: status.rawValue)
    case .ran(let result):
      packer.put(number: Kind.ran.rawValue)
      packer.put(result)
    case .opened: packer.put(number: Kind.opened.rawValue)
    case .placed(let path):
      packer.put(number: Kind.placed.rawValue)
      packer.put(path)
    case .wrote(.written(let revision)):
      packer.put(number: Kind.written.rawValue)
      packer.put(revision)
    case .wrote(.conflict(let revision)):
      packer.put(number: Kind.conflict.rawValue)
      packer.put(revision)
    case .value(let value, let revision):
      packer.put(number: Kind.value.rawValue)
      packer.put(bytes: value)
      packer.put(revision)
    case .absent: packer.put(number: Kind.absent.rawValue)
    case .keys(let keys):
      packer.put(number: Kind.keys.rawValue)
      packer.put(keys)
    case .lasting(let answer):
      packer.put(number: Kind.lasting.rawValue)
      packer.put(answer)
    }
  }

  init(from unpacker: inout Unpacker) throws(Failure) {
    switch Kind(rawValue: try unpacker.number()) {
    case .failed: self = .failed(try unpacker.part())
    case .status: self = .status(CallStatus(rawValue: try unpacker.number()) ?? .internal)
    case .ran: self = .ran(try unpacker.part())
    case .opened: self = .opened
    case .placed: self = .placed(try unpacker.part())
    case .written: self = .wrote(.written(try unpacker.number()))
    case .conflict: self = .wrote(.conflict(try unpacker.number()))
    case .value: self = .value(try unpacker.bytes(), revision: try unpacker.number())
    case .absent: self = .absent
    case .keys: self = .keys(try unpacker.part())
    case .lasting: self = .lasting(try unpacker.part())
    case nil: throw Unpacker.damaged
    }
  }
}
