@testable import OrienSandbox

/// However what a jailed program says to its proxy is cut into pieces, it means the same: the same
/// request or the same refusal, the same answers before, and the same bytes left over; and what it
/// asks for is within bounds.
///
/// The first byte says how to cut; the rest is what the program sends.
@c(LLVMFuzzerTestOneInput)
public func readOpening(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 1 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: start + 1, count: count - 1))
  let whole = Reading(of: bytes, step: bytes.count)
  let pieces = Reading(of: bytes, step: 1 + Int(start[0] & 15))
  precondition(whole == pieces, "read as \(whole) at once, as \(pieces) in pieces")
  return 0
}

private struct Reading: Equatable {
  var answered: [UInt8] = []
  var request: EgressRequest?
  var refusal: EgressRefusal?
  var answer: [UInt8] = []
  /// Of a body: what belongs to it. Of a tunnel: all that follows.
  var rest: [UInt8] = []

  init(of bytes: [UInt8], step: Int) {
    var opening = EgressOpening()
    var input: [UInt8] = []
    var end = 0
    do throws(EgressRefusal) {
      while request == nil, end < bytes.count {
        let next = min(end + step, bytes.count)
        input += bytes[end..<next]
        end = next
        try advance(&opening, &input)
      }
      rest = input + bytes[end...]
      try judge(step)
    } catch {
      refusal = error
      answer = error.answer(in: opening.speech)
      precondition(!answer.isEmpty && !error.line.isEmpty)
    }
  }

  private mutating func advance(
    _ opening: inout EgressOpening, _ input: inout [UInt8]
  ) throws(EgressRefusal) {
    while request == nil {
      switch try opening.advance(input) {
      case .partial:
        precondition(input.count < EgressOpening.headBytes, "a head grows without end")
        return
      case .answer(let answer, let used):
        answered += answer
        input.removeFirst(used)
      case .request(let request, let used):
        precondition(used <= EgressOpening.headBytes)
        self.request = request
        input.removeFirst(used)
      }
    }
  }

  private mutating func judge(_ step: Int) throws(EgressRefusal) {
    guard let request else { return }
    precondition(request.target.port != 0)
    let again = EgressTarget(authority: Array(request.target.description.utf8))
    precondition(again == request.target, "a target is written as another: \(request.target)")
    guard case .forward(let head, var body) = request.form else { return }
    precondition(head.count <= RelayFlow.roomBytes / 2 + 1024)
    // What is passed on is one head, which says the same again to the next proxy.
    let passed = try ProxyHead(head)
    precondition(passed.values("host").count == 1 && passed.values("connection").count == 1)
    var taken: [UInt8] = []
    var at = 0
    while at < rest.count, !body.isOver {
      let piece = Array(rest[at..<min(at + step, rest.count)])
      let count = body.take(piece.span)
      precondition(count == piece.count || body.isOver, "bytes were left lying")
      taken += piece[..<count]
      at += piece.count
    }
    rest = taken
  }
}
