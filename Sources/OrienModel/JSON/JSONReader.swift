internal import CSimdjson
internal import Synchronization

// Strict reading (RFC 8259): nothing gets in that two readers could take for two things. Refused
// beyond the grammar: repeated names, a byte-order mark, lone surrogates, U+0000, numbers beyond
// 64 bits or a double, depth over 64.

extension JSON {
  /// How much is read of a document.
  package struct Bounds: Sendable {
    package var bytes: Int
    /// Values, at any depth.
    package var nodes: Int

    package init(bytes: Int = 16 << 20, nodes: Int = 100_000) {
      self.bytes = bytes
      self.nodes = nodes
    }

    /// How many arrays and objects may lie in one another: the same for every document.
    package static let depth = 64
  }

  /// Reads the one value that the bytes are, in time linear in them. Any thread.
  package init(parsing bytes: Span<UInt8>, within bounds: Bounds = Bounds()) throws(Failure) {
    guard bytes.count <= bounds.bytes else {
      throw Failure(
        .tooLarge, "json-size", "\(bytes.count) bytes of JSON; at most \(bounds.bytes) are read")
    }
    let parser = try Parser.take()
    let result = Result { () throws(Failure) in try parser.read(bytes, within: bounds) }
    parser.leave(after: bytes.count)
    self = try result.get()
  }

  package init(parsing bytes: [UInt8], within bounds: Bounds = Bounds()) throws(Failure) {
    try self.init(parsing: bytes.span, within: bounds)
  }

  package init(parsing text: String, within bounds: Bounds = Bounds()) throws(Failure) {
    try self.init(parsing: text.utf8.span, within: bounds)
  }
}

/// simdjson's parser with its buffers, which serves one reading after another. A reading that
/// finds none idle makes its own.
private struct Parser: ~Copyable, @unchecked Sendable {
  private let raw: OpaquePointer

  private static let idle = Mutex<Parser?>(nil)
  /// After a larger document its buffers, some fourteen times as large, are given back.
  private static let keptBytes = 128 << 10

  private init(raw: OpaquePointer) { self.raw = raw }
  deinit { csimdjson_free(raw) }

  static func take() throws(Failure) -> Parser {
    if let parser = idle.withLock({ $0.take() }) { return parser }
    guard let raw = csimdjson_make(JSON.Bounds.depth) else {
      throw Failure(.full, "memory", "no memory to read JSON")
    }
    return Parser(raw: raw)
  }

  consuming func leave(after bytes: Int) {
    guard bytes <= Self.keptBytes else { return }
    var parser: Parser? = consume self
    Self.idle.withLock { idle in
      if idle == nil { idle = parser.take() }
    }
  }

  borrowing func read(_ bytes: Span<UInt8>, within bounds: JSON.Bounds) throws(Failure) -> JSON {
    var tape = csimdjson_tape()
    let refusal = bytes.withUnsafeBufferPointer {
      csimdjson_parse(raw, $0.baseAddress, $0.count, &tape)
    }
    guard let refusal else {
      var walk = TapeWalk(tape: tape, nodes: bounds.nodes)
      return try walk.value(depth: 0)
    }
    try JSONScan.check(bytes)
    // Nothing is wrong with it, so that no caller is to blame: there was no memory.
    throw Failure(.full, "memory", "JSON could not be read: \(String(cString: refusal))")
  }
}
