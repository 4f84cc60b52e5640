/// A request's head as the parser leaves it: what was decided, and where in the bytes the rest is.
///
/// All ranges count from the head's first byte.
struct RequestHead {
  var method = HTTPMethod.get
  /// From the first byte to behind the empty line.
  var length = 0
  var isVersion10 = false
  var path = 0..<0
  /// The path decoded, where it had percent signs.
  var decodedPath: [UInt8]?
  var query = 0..<0
  /// The host of an absolute target, port included.
  var authority: Range<Int>?
  var host = 0..<0
  var origin: Range<Int>?
  var fields: [Field] = []
  var body = BodyFraming.none
  var expectsContinue = false
  /// The client wants the connection closed behind the answer.
  var closes = false

  struct Field {
    private let nameStart, nameEnd, valueStart, valueEnd: UInt16

    init(name: Range<Int>, value: Range<Int>) {
      nameStart = UInt16(name.lowerBound)
      nameEnd = UInt16(name.upperBound)
      valueStart = UInt16(value.lowerBound)
      valueEnd = UInt16(value.upperBound)
    }

    var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
    var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
  }
}

/// How a request says where its body ends.
enum BodyFraming: Equatable {
  case none
  /// At least one byte, and this many.
  case length(Int)
  case chunked
}
