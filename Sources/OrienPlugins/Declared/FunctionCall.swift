import OrienFFI
import OrienModel

/// What one call of a declared function hands over: the words of its parameters, and the memory that
/// they point to, which is the call's for as long as it runs.
final class FunctionCall {
  private let function: Function
  private var words: [UInt64] = []
  private var memory: [Int: UnsafeMutableRawBufferPointer] = [:]

  /// `values` are checked, one for each argument and of its kind. Fails where a number is one that the
  /// parameter's type does not have.
  init(_ function: Function, _ values: [ArgumentValue]) throws(Failure) {
    self.function = function
    for (place, parameter) in function.parameters.enumerated() {
      switch parameter {
      case .text(let argument): fill(place, with: values[argument].terminated)
      case .bytes(let argument):
        if case .bytes(let bytes) = values[argument], !bytes.isEmpty { fill(place, with: bytes) }
      case .buffer(let bytes): fill(place, with: [UInt8](repeating: 0, count: bytes))
      default: break
      }
    }
    for (place, parameter) in function.parameters.enumerated() {
      words.append(try word(of: parameter, at: place, values))
    }
  }

  deinit { for (_, bytes) in memory { bytes.deallocate() } }

  private func fill(_ place: Int, with bytes: [UInt8]?) {
    guard let bytes else { return }
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
    room.copyBytes(from: bytes)
    memory[place] = room
  }

  private func word(
    of parameter: Function.Parameter, at place: Int, _ values: [ArgumentValue]
  ) throws(Failure) -> UInt64 {
    switch parameter {
    case .text, .bytes, .buffer: return address(of: place)
    case .constant(let bits, _): return bits
    case .sizeCell(let other):
      fill(place, with: [UInt8](repeating: 0, count: MemoryLayout<UInt64>.size))
      memory[place]!.storeBytes(of: UInt64(memory[other]?.count ?? 0), as: UInt64.self)
      return address(of: place)
    case .size(let other, let type):
      let count = Int64(memory[other]?.count ?? 0)
      return try Self.word(count, type, "the size of what it points to")
    case .number(let argument, let type):
      switch values[argument] {
      case .bool(let value): return value ? 1 : 0
      case .number(let value):
        return type == .f32 ? UInt64(Float(value).bitPattern) : value.bitPattern
      case .integer(let value):
        return try Self.word(value, type, "args.\(function.arguments[argument].name)")
      default: preconditionFailure("a checked value is of its argument's kind")
      }
    }
  }

  private static func word(
    _ value: Int64, _ type: ForeignType, _ what: String
  ) throws(Failure) -> UInt64 {
    guard type.range?.contains(value) == true else {
      throw Failure(.invalid, "out-of-range", "\(what): \(value) is no \(type.rawValue)")
    }
    return UInt64(bitPattern: value)
  }

  private func address(of place: Int) -> UInt64 {
    UInt64(UInt(bitPattern: memory[place]?.baseAddress))
  }

  /// Calls it, and hands what is the call's output to `emit`.
  func run(
    _ code: ForeignFunction, emit: (UnsafeRawBufferPointer) -> CallStatus
  ) -> CallResult.Outcome {
    let bits = code.call(words)
    do throws(Failure) {
      try check(bits)
      let status = try emitted(bits, emit)
      guard let code = status.code else { return .done }
      throw Failure(code, "not-emitted", "its output was not taken")
    } catch {
      return .failed(error)
    }
  }

  private func check(_ bits: UInt64) throws(Failure) {
    guard let expected = function.expected else { return }
    let type = function.returnedType
    guard type.signed(bits) == expected else {
      throw Failure(
        .internal, "unexpected-result",
        "\(function.symbol)() returned \(type.decimal(bits)), expected \(expected)")
    }
  }

  private func emitted(
    _ bits: UInt64, _ emit: (UnsafeRawBufferPointer) -> CallStatus
  ) throws(Failure) -> CallStatus {
    if let place = function.emitted {
      let buffer = memory[place]!
      return emit(
        UnsafeRawBufferPointer(rebasing: buffer[..<(try filled(buffer.count, place, bits))]))
    }
    let type = function.returnedType
    if type == .pointer { return emit(try returnedText(bits)) }
    let text =
      switch type {
      case .f32: "\(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))"
      case .f64: "\(Double(bitPattern: bits))"
      case .bool: type.signed(bits) == 0 ? "false" : "true"
      default: type.decimal(bits)
      }
    return Array(text.utf8).withUnsafeBytes(emit)
  }

  /// How much of a buffer the function has filled: as its cell says, else as what it returned does,
  /// else all.
  private func filled(_ room: Int, _ place: Int, _ bits: UInt64) throws(Failure) -> Int {
    let said: UInt64
    if let cell = function.cell(of: place) {
      said = memory[cell]!.load(as: UInt64.self)
    } else if function.expected == nil, function.returnedType.isInteger {
      let type = function.returnedType
      guard let count = type.signed(bits).map(UInt64.init(exactly:)) ?? bits else {
        throw Failure(
          .internal, "unexpected-result",
          "\(function.symbol)() returned \(type.decimal(bits)), expected the bytes that it wrote")
      }
      said = count
    } else {
      return room
    }
    guard said <= room else {
      throw Failure(
        .limited, "buffer-too-small", "\(function.symbol)() has \(said) bytes, of which \(room) fit"
      )
    }
    return Int(said)
  }

  private func returnedText(_ bits: UInt64) throws(Failure) -> UnsafeRawBufferPointer {
    guard let text = UnsafePointer<UInt8>(bitPattern: UInt(bits)) else {
      throw Failure(.notFound, "no-text", "\(function.symbol)() returned NULL")
    }
    var count = 0
    while text[count] != 0 { count += 1 }
    return UnsafeRawBufferPointer(start: text, count: count)
  }
}

extension ArgumentValue {
  /// A text as C has it; nil where there is none.
  fileprivate var terminated: [UInt8]? {
    if case .text(let text?) = self { Array(text.utf8) + [0] } else { nil }
  }
}
