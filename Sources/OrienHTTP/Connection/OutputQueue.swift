/// What the client has not taken yet. Large parts are kept as they are, small ones put together.
struct OutputQueue {
  private var parts: [[UInt8]] = []
  /// How much of the first part is gone.
  private var offset = 0
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  private static let smallBytes = 4 << 10

  /// Appends what is left of `bytes` when the first `skipped` bytes of this and the following parts
  /// are gone, and takes this part's share off `skipped`.
  mutating func append(_ bytes: [UInt8], skipping skipped: inout Int) {
    if skipped >= bytes.count {
      skipped -= bytes.count
      return
    }
    count += bytes.count - skipped
    if let lastCount = parts.last?.count, lastCount + bytes.count <= Self.smallBytes {
      parts[parts.count - 1].append(contentsOf: bytes)
    } else {
      parts.append(bytes)
    }
    if skipped > 0 {
      precondition(parts.count == 1, "only what is first can be gone in part")
      offset = skipped
      skipped = 0
    }
  }

  /// Sends what is taken now; false where the connection is gone.
  mutating func flush(to transport: any Transport) -> Bool {
    while count > 0 {
      let first = parts[0]
      let second = parts.count > 1 ? parts[1] : []
      let third = parts.count > 2 ? parts[2] : []
      guard
        let sent = transport.send(
          first.span.extracting(offset..<first.count), second.span, third.span)
      else { return false }
      if sent == 0 { return true }
      drop(sent)
    }
    return true
  }

  private mutating func drop(_ sent: Int) {
    count -= sent
    offset += sent
    var gone = 0
    while gone < parts.count, offset >= parts[gone].count {
      offset -= parts[gone].count
      gone += 1
    }
    parts.removeFirst(gone)
  }

  mutating func removeAll() { self = OutputQueue() }
}
