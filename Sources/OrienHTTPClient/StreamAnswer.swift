internal import OrienModel

/// The answer to who asks for a stream: a header, and behind it the stream, or a short body that
/// says why there is none.
struct StreamAnswer {
  let bounds: HTTPRequest.Bounds

  /// `receive` waits for more. `beyond` is what came behind the header of one that is a stream.
  func read(
    _ receive: () throws(Failure) -> HTTPStream.Received
  ) throws(Failure) -> (answer: HTTPResponse, beyond: [UInt8]) {
    var bytes: [UInt8] = []
    var end = Self.end(of: bytes)
    while end == nil {
      guard bytes.count <= bounds.headerBytes else {
        throw Failure(.tooLarge, "header-too-large", "a header of over \(bounds.headerBytes) bytes")
      }
      guard let more = try next(receive) else {
        throw Failure(.unavailable, "broken-connection", "the server ended before it answered")
      }
      bytes += more
      end = Self.end(of: bytes)
    }
    var (answer, rest) = (try Self.parse(bytes[..<end!]), Array(bytes[end!...]))
    if answer.status == 101 || answer.isSuccess { return (answer, rest) }
    let length = min(answer.header("Content-Length").flatMap { Int($0) } ?? 0, bounds.bodyBytes)
    while rest.count < length, let more = try next(receive) { rest += more }
    answer.body = Array(rest.prefix(length))
    return (answer, [])
  }

  /// Nil at the end.
  private func next(
    _ receive: () throws(Failure) -> HTTPStream.Received
  ) throws(Failure) -> [UInt8]? {
    switch try receive() {
    case .bytes(let bytes): return bytes
    case .ended: return nil
    case .stopped: throw Failure(.cancelled, "stopped", "nobody waits for the answer any more")
    case .nothing: throw Failure(.unavailable, "no-answer", "the server did not answer in time")
    }
  }

  /// Right behind the empty line.
  private static func end(of bytes: [UInt8]) -> Int? {
    let line = Array("\r\n\r\n".utf8)
    guard bytes.count >= line.count else { return nil }
    return (0...bytes.count - line.count).first { bytes[$0..<$0 + line.count].elementsEqual(line) }
      .map { $0 + line.count }
  }

  private static func parse(_ header: ArraySlice<UInt8>) throws(Failure) -> HTTPResponse {
    let lines = String(decoding: header, as: UTF8.self).split(whereSeparator: \.isNewline)
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count > 1, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
      throw Failure(.unavailable, "broken-connection", "the server's answer is no HTTP")
    }
    let headers = lines.dropFirst().compactMap { line -> HTTPHeader? in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let value = line[colon...].dropFirst().drop { $0 == " " || $0 == "\t" }
      return HTTPHeader(String(line[..<colon]), String(value))
    }
    return HTTPResponse(status: status, headers: headers, body: [])
  }
}
