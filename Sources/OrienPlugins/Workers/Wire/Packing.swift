import OrienModel

/// What goes between a node and a worker, as bytes. Both come of one build, so that there is one
/// form and no version; but a worker may be taken over by the plugin that it holds, so that whatever
/// comes of it is read as a stranger's.
protocol Packed {
  func write(to packer: inout Packer)
  init(from unpacker: inout Unpacker) throws(Failure)
}

struct Packer {
  private(set) var bytes: [UInt8] = []

  mutating func put<Number: FixedWidthInteger>(number: Number) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func put(_ part: some Packed) { part.write(to: &self) }

  mutating func put(raw part: UnsafeRawBufferPointer) {
    put(number: UInt32(part.count))
    bytes.append(contentsOf: part)
  }

  mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

  /// Without its length: whoever reads knows it.
  mutating func put(plain part: ArraySlice<UInt8>) { bytes.append(contentsOf: part) }

  mutating func put(bytes part: [UInt8]) { part.withUnsafeBytes { put(raw: $0) } }

  static func bytes(of part: some Packed) -> [UInt8] {
    var packer = Packer()
    packer.put(part)
    return packer.bytes
  }
}

struct Unpacker {
  private let all: [UInt8]
  private var next: Int

  init(_ bytes: [UInt8]) {
    all = bytes
    next = 0
  }

  static let damaged = Failure(.internal, "bad-frame", "what the other end sent makes no sense")

  mutating func number<Number: FixedWidthInteger>(
    _: Number.Type = Number.self
  ) throws(Failure) -> Number {
    let raw = try take(MemoryLayout<Number>.size)
    return raw.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(as: Number.self)) }
  }

  mutating func part<Part: Packed>(_: Part.Type = Part.self) throws(Failure) -> Part {
    try Part(from: &self)
  }

  /// The number of something that is there in as many bytes at least.
  mutating func count() throws(Failure) -> Int {
    let count = Int(try number(UInt32.self))
    guard count <= all.count - next else { throw Self.damaged }
    return count
  }

  mutating func take(_ count: Int) throws(Failure) -> ArraySlice<UInt8> {
    guard count <= all.count - next else { throw Self.damaged }
    defer { next += count }
    return all[next..<next + count]
  }

  mutating func bytes() throws(Failure) -> [UInt8] { Array(try take(count())) }

  /// Nothing is left over.
  func end() throws(Failure) {
    guard next == all.count else { throw Self.damaged }
  }

  /// The whole of `bytes`.
  static func part<Part: Packed>(
    _: Part.Type = Part.self, of bytes: [UInt8]
  ) throws(Failure) -> Part {
    var unpacker = Unpacker(bytes)
    let part = try Part(from: &unpacker)
    try unpacker.end()
    return part
  }
}

extension Bool: Packed {
  func write(to packer: inout Packer) { packer.put(number: UInt8(self ? 1 : 0)) }
  init(from unpacker: inout Unpacker) throws(Failure) {
    self = try unpacker.number(UInt8.self) != 0
  }
}

extension UInt64: Packed {
  func write(to packer: inout Packer) { packer.put(number: self) }
  init(from unpacker: inout Unpacker) throws(Failure) { self = try unpacker.number() }
}

extension String: Packed {
  func write(to packer: inout Packer) {
    var copy = self
    copy.withUTF8 { packer.put(raw: UnsafeRawBufferPointer($0)) }
  }
  init(from unpacker: inout Unpacker) throws(Failure) {
    let bytes = try unpacker.take(try unpacker.count())
    guard let text = String(validating: bytes, as: UTF8.self) else { throw Unpacker.damaged }
    self = text
  }
}

extension Array: Packed where Element: Packed {
  func write(to packer: inout Packer) {
    packer.put(number: UInt32(count))
    for element in self { packer.put(element) }
  }
  init(from unpacker: inout Unpacker) throws(Failure) {
    self = []
    for _ in 0..<(try unpacker.count()) { append(try unpacker.part()) }
  }
}

extension Optional: Packed where Wrapped: Packed {
  func write(to packer: inout Packer) {
    packer.put(self != nil)
    if let self { packer.put(self) }
  }
  init(from unpacker: inout Unpacker) throws(Failure) {
    self = try unpacker.part(Bool.self) ? try unpacker.part(Wrapped.self) : nil
  }
}
