/// The memory of one call's arguments: one allocation, filled from its start and used again by the
/// next call, so that marshalling allocates only when a call is larger than all before it.
///
/// It belongs to one thread at a time. What it gave out is valid until the next `reset`.
package struct Arena: ~Copyable {
  private var memory: UnsafeMutableRawBufferPointer
  private var used = 0

  package init() { memory = Self.allocate(4096) }

  deinit { memory.deallocate() }

  private static func allocate(_ bytes: Int) -> UnsafeMutableRawBufferPointer {
    .allocate(byteCount: bytes, alignment: 16)
  }

  /// Takes back all that was given out and makes room for `bytes`. An allocation over a mebibyte
  /// is not kept beyond the call that needed it.
  package mutating func reset(bytes: Int) {
    used = 0
    if bytes > memory.count || (memory.count > 1 << 20 && bytes <= 1 << 20) {
      memory.deallocate()
      memory = Self.allocate(max(bytes, 4096))
    }
  }

  /// Uninitialized room for `count` values. Traps beyond what `reset` made room for.
  package mutating func room<Value: BitwiseCopyable>(
    for count: Int, of type: Value.Type = Value.self
  ) -> UnsafeMutablePointer<Value> {
    let start = (used + MemoryLayout<Value>.alignment - 1) & -MemoryLayout<Value>.alignment
    let end = start + count * MemoryLayout<Value>.stride
    precondition(end <= memory.count, "an arena is reset to the bytes that its call needs")
    used = end
    return (memory.baseAddress! + start).bindMemory(to: type, capacity: count)
  }

  /// A copy of the text that ends in NUL. Traps where there is a NUL inside: what follows it would
  /// be checked and never seen.
  package mutating func copy(_ text: String) -> UnsafePointer<CChar> {
    var text = text
    return text.withUTF8 { utf8 in
      precondition(!utf8.contains(0), "text for a plugin holds no NUL")
      let copy = room(for: utf8.count + 1, of: UInt8.self)
      copy.initialize(from: utf8.baseAddress ?? UnsafePointer(copy), count: utf8.count)
      copy[utf8.count] = 0
      return UnsafeRawPointer(copy).assumingMemoryBound(to: CChar.self)
    }
  }

  /// What `copy` of the text takes.
  package static func bytes(of text: String) -> Int { text.utf8.count + 1 }
}
