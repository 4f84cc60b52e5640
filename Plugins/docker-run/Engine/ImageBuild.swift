internal import OrienHTTPClient
internal import OrienKit

/// Builds an image from a Dockerfile that copies nothing: the context is that file alone.
struct ImageBuild {
  private let name: String
  private let dockerfile: [UInt8]

  init(_ name: String, dockerfile: String) {
    self.name = name
    self.dockerfile = Array(dockerfile.utf8)
  }

  /// The image's digest. What the engine says of a failure is the failure's message.
  func run(by connection: EngineConnection) throws(Failure) -> String {
    let path = "/build?t=\(name.percentEncoded)&rm=1&forcerm=1"
    var request = connection.request(
      "POST", try connection.prefix(within: 3000) + path, within: 900_000)
    request.headers = [HTTPHeader("Content-Type", "application/x-tar")]
    request.body = .bytes(Self.archive(dockerfile))
    let answer = try connection.sendForLines(request)
    if let error = answer.lines.compactMap({ $0["error"]?.string }).last {
      throw Failure(
        .unavailable, "image '\(name)' cannot be built: \(error)", reason: "build-failed")
    }
    guard answer.isSuccess else {
      throw Failure(
        .unavailable,
        "image '\(name)' cannot be built: "
          + (answer.lines.first?["message"]?.string ?? "the engine does not say why"),
        reason: "build-failed")
    }
    return try Image(name, by: connection).digest
  }

  /// As ustar has one file.
  private static func archive(_ content: [UInt8]) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at place: Int) {
      for (index, byte) in text.utf8.enumerated() { header[place + index] = byte }
    }
    put("Dockerfile", at: 0)
    put("0000644", at: 100)
    put("0000000", at: 108)
    put("0000000", at: 116)
    put(octal(content.count, digits: 11), at: 124)
    put("00000000000", at: 136)
    // What its sum stands in counts as blanks.
    put("        ", at: 148)
    put("0", at: 156)
    put("ustar", at: 257)
    put("00", at: 263)
    put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + "\0 ", at: 148)
    let padding = (512 - content.count % 512) % 512
    return header + content + [UInt8](repeating: 0, count: padding + 1024)
  }

  private static func octal(_ number: Int, digits: Int) -> String {
    let text = String(number, radix: 8)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}

extension EngineConnection {
  /// An answer that is a JSON value a line, as the engine tells what it is doing.
  func sendForLines(
    _ request: HTTPRequest
  ) throws(Failure) -> (isSuccess: Bool, lines: [JSON]) {
    let response = try exchange(request)
    let lines = response.body.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D })
      .compactMap { try? JSON(parsing: Array($0)) }
    return (response.isSuccess, lines)
  }
}
