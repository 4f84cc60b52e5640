@testable import OrienHTTP

/// However the bytes of a request are cut into pieces, they mean the same: the same head and body,
/// or the same refusal; and what a head points at lies within it.
///
/// The first byte says how to cut and how tight the bounds are; the rest is what a client sends.
@c(LLVMFuzzerTestOneInput)
public func readRequest(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 1 else { return 0 }
  let cut = Int(start[0])
  let bytes = Array(UnsafeBufferPointer(start: start + 1, count: count - 1))
  var limits = HTTPLimits.Head()
  if cut & 1 == 0 {
    limits.targetBytes = 64
    limits.fieldBytes = 256
    limits.fields = 6
  }
  let whole = Reading(of: bytes, limits, step: bytes.count)
  let pieces = Reading(of: bytes, limits, step: 1 + cut >> 1 & 7)
  precondition(whole == pieces, "read as \(whole) at once, as \(pieces) in pieces")
  return 0
}

/// What came of reading a request: nothing yet, a refusal, or a head and what of its body is there.
private struct Reading: Equatable {
  var refusal: Refusal?
  var head: [[UInt8]] = []
  var body: [UInt8] = []
  var isWhole = false

  init(of bytes: [UInt8], _ limits: HTTPLimits.Head, step: Int) {
    var parser = HeadParser(limits)
    var end = 0
    do throws(Refusal) {
      repeat {
        end = min(end + step, bytes.count)
        let isComplete = try parser.advance(bytes.span.extracting(..<end))
        if isComplete {
          note(parser.head, bytes, limits)
          try readBody(parser.head, bytes, step)
          return
        }
      } while end < bytes.count
    } catch {
      refusal = error
    }
  }

  private mutating func note(_ head: RequestHead, _ bytes: [UInt8], _ limits: HTTPLimits.Head) {
    precondition(head.fields.count <= limits.fields)
    precondition(head.path.count + head.query.count <= limits.targetBytes)
    let ranges =
      [head.path, head.query, head.host, head.authority ?? 0..<0, head.origin ?? 0..<0]
      + head.fields.flatMap { [$0.name, $0.value] }
    self.head =
      ["\(head.method) \(head.body) \(head.closes) \(head.expectsContinue)".utf8.map(\.self)]
      + [head.decodedPath ?? []]
      + ranges.map { range in
        precondition(range.upperBound <= head.length)
        return Array(bytes[range])
      }
  }

  private mutating func readBody(
    _ head: RequestHead, _ bytes: [UInt8], _ step: Int
  ) throws(Refusal) {
    guard head.body == .chunked else {
      isWhole = true
      return
    }
    var decoder = ChunkedDecoder()
    var at = head.length
    while at < bytes.count, !decoder.isDone {
      let piece = bytes[at..<min(at + step, bytes.count)]
      let taken = try decoder.decode(piece.span, into: &body, atMost: 1000)
      precondition(decoder.isDone || taken == piece.count, "bytes were left lying")
      at += taken
    }
    isWhole = decoder.isDone
    precondition(body.count <= min(bytes.count, 1000))
  }
}
