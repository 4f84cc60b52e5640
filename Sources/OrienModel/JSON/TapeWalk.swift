internal import CSimdjson

/// Makes values of simdjson's tape and refuses what simdjson lets pass: repeated names, U+0000,
/// more values than wanted. `csimdjson.h` says what the tape is; it is trusted.
struct TapeWalk {
  private let tape: csimdjson_tape
  private let nodes: Int
  private var nodesLeft: Int
  private var index = 1

  init(tape: csimdjson_tape, nodes: Int) {
    self.tape = tape
    self.nodes = nodes
    nodesLeft = nodes
  }

  mutating func value(depth: Int) throws(Failure) -> JSON {
    guard nodesLeft > 0 else {
      throw Failure(.invalid, "json-nodes", "more than \(nodes) values in one document")
    }
    nodesLeft -= 1
    let word = next()
    switch UInt8(truncatingIfNeeded: word >> 56) {
    case UInt8(ascii: "\""): return .string(try text(of: word))
    case UInt8(ascii: "{"): return .object(try members(of: word, depth: depth + 1))
    case UInt8(ascii: "["): return .array(try elements(of: word, depth: depth + 1))
    case UInt8(ascii: "l"): return .integer(Int64(bitPattern: next()))
    case UInt8(ascii: "u"): return .unsigned(next())
    case UInt8(ascii: "d"): return .number(Double(bitPattern: next()))
    case UInt8(ascii: "t"): return .bool(true)
    case UInt8(ascii: "f"): return .bool(false)
    case UInt8(ascii: "n"): return .null
    default: preconditionFailure("simdjson's tape holds a tag that csimdjson.h does not name")
    }
  }

  private mutating func next() -> UInt64 {
    defer { index += 1 }
    return tape.words[index]
  }

  private mutating func elements(of word: UInt64, depth: Int) throws(Failure) -> [JSON] {
    try Self.check(depth)
    let end = Self.end(of: word)
    var elements: [JSON] = []
    elements.reserveCapacity(room(for: word))
    while index < end {
      do throws(Failure) {
        elements.append(try value(depth: depth))
      } catch {
        throw error.inside(String(elements.count))
      }
    }
    index += 1
    return elements
  }

  private mutating func members(of word: UInt64, depth: Int) throws(Failure) -> [JSON.Member] {
    try Self.check(depth)
    let end = Self.end(of: word)
    var members: [JSON.Member] = []
    members.reserveCapacity(room(for: word))
    while index < end {
      let name = try text(of: next())
      do throws(Failure) {
        members.append(JSON.Member(name, try value(depth: depth)))
      } catch {
        throw error.inside(name)
      }
    }
    index += 1
    if let name = Self.repeatedName(in: members) {
      throw Failure(
        .invalid, "json-duplicate", "\(name.quoted) is given twice in one object",
        faults: [Failure.Fault("", "given twice in one object")]
      ).inside(name)
    }
    return members
  }

  private func text(of word: UInt64) throws(Failure) -> String {
    let start = tape.strings + Int(word & 0x00FF_FFFF_FFFF_FFFF)
    let count = Int(UnsafeRawPointer(start).loadUnaligned(as: UInt32.self))
    guard !csimdjson_has_nul(start + 4, count) else {
      throw Failure(
        .invalid, "json-nul", "a string holds U+0000, which no argument can carry",
        faults: [Failure.Fault("", "holds U+0000")])
    }
    return String(decoding: UnsafeBufferPointer(start: start + 4, count: count), as: UTF8.self)
  }

  /// The index of the word that closes what `word` opens.
  private static func end(of word: UInt64) -> Int { Int(word & 0xFFFF_FFFF) - 1 }

  private func room(for word: UInt64) -> Int { min(Int(word >> 32 & 0xFF_FFFF), nodesLeft) }

  private static func check(_ depth: Int) throws(Failure) {
    if depth > JSON.Bounds.depth { throw .tooDeep(at: nil) }
  }

  /// Up to a few names are compared each with each; more go through a set with a secret seed, so
  /// that no choice of names makes this slow.
  private static func repeatedName(in members: [JSON.Member]) -> String? {
    if members.count <= 16 {
      for (index, member) in members.enumerated() {
        for earlier in members[..<index] where earlier.name.hasSameBytes(as: member.name) {
          return member.name
        }
      }
      return nil
    }
    var seen = Set<ExactText>(minimumCapacity: members.count)
    return members.first { !seen.insert(ExactText($0.name)).inserted }?.name
  }
}

extension Failure {
  /// The same, its faults' places seen from one level further out.
  fileprivate func inside(_ name: String) -> Failure {
    var failure = self
    for index in faults.indices {
      failure.faults[index].pointer =
        JSONPointer().appending(name).description + faults[index].pointer
    }
    return failure
  }
}
