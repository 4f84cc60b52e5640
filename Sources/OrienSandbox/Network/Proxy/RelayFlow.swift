import OrienSystem

/// What passes from one end to the other: never more than `roomBytes` on the way, so that whoever
/// reads slowly is not sent more, and whoever sends fast waits.
struct RelayFlow {
  static let roomBytes = 32 << 10

  private var bytes: [UInt8]
  private var start = 0
  private var end = 0
  /// What bounds it; nil where everything belongs to it.
  private var body: ForwardBody?
  /// Nothing more comes in.
  private(set) var isEnded = false
  /// The source has said that nothing comes, and was read to its end.
  private(set) var hasSeenEnd = false
  /// Everything has been passed on, or can never be.
  private(set) var isOver = false

  /// Begins with what is there already.
  init(_ first: [UInt8] = [], body: ForwardBody? = nil) {
    precondition(first.count <= Self.roomBytes, "a flow begins within its bound")
    bytes = first + [UInt8](repeating: 0, count: Self.roomBytes - first.count)
    end = first.count
    self.body = body
    isEnded = body?.isOver ?? false
  }

  /// Has nothing but this to pass on, and the end behind it.
  init(last: [UInt8]) {
    bytes = last
    end = last.count
    isEnded = true
  }

  var isEmpty: Bool { start == end }
  var wantsMore: Bool { !isEnded && end < bytes.count }

  /// Its whole body has come: what comes after it is not for this target.
  var hasWholeBody: Bool { body?.isOver ?? false }

  enum Moved { case nothing, bytes(Int), end }

  /// Reads what is there and fits.
  mutating func take(from source: RelayEnd) -> Moved {
    guard wantsMore else { return .nothing }
    switch source.socket.receive(into: &bytes, from: end) {
    case .bytes(let count):
      var kept = count
      if var body {
        kept = body.take(bytes.span.extracting(end..<end + count))
        self.body = body
      }
      end += kept
      if hasWholeBody { isEnded = true }
      return .bytes(kept)
    case .nothing: return .nothing
    // A source that broke has said all that it ever will, as one that ended has.
    case .end, .broken:
      isEnded = true
      hasSeenEnd = true
      return .end
    }
  }

  /// Writes what is taken at once, and passes the end on behind it.
  mutating func give(to sink: RelayEnd) -> Int {
    guard !isOver else { return 0 }
    var sent = 0
    if !isEmpty {
      let nothing: [UInt8] = []
      let count = sink.socket.send(
        bytes.span.extracting(start..<end), nothing.span, nothing.span)
      guard let count else {
        abandon()
        return 0
      }
      sent = count
      start += count
      if isEmpty { (start, end) = (0, 0) }
    }
    if isEnded, isEmpty {
      isOver = true
      // A server may take the end of what it reads for the client's being gone.
      if !hasWholeBody { sink.socket.finishSending() }
      bytes = []
    }
    return sent
  }

  /// Nobody takes what is left.
  mutating func abandon() {
    isEnded = true
    isOver = true
    (start, end) = (0, 0)
    bytes = []
  }
}
