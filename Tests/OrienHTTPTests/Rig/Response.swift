/// An answer as a strict client reads it.
struct Response: Equatable {
  var status: Int
  var fields: [String: String]
  var body: String

  func field(_ name: String) -> String? { fields[name.lowercased()] }

  /// All answers that are complete in `bytes`. What is no answer is a failure of the test, shown as
  /// status -1. `isHead` says that the first has no body, whatever its fields say.
  static func all(in bytes: [UInt8], isHead: Bool = false) -> [Response] {
    var rest = bytes[...]
    var responses: [Response] = []
    while !rest.isEmpty {
      guard let (response, next) = one(in: rest, isHead: isHead && responses.isEmpty) else {
        return responses + [Response(status: -1, fields: [:], body: text(rest))]
      }
      responses.append(response)
      rest = next
    }
    return responses
  }

  private static func one(
    in bytes: ArraySlice<UInt8>, isHead: Bool
  ) -> (Response, ArraySlice<UInt8>)? {
    guard let end = position(of: "\r\n\r\n", in: bytes) else { return nil }
    let lines = text(bytes[..<end]).split(separator: "\r\n").map(String.init)
    guard let first = lines.first, first.hasPrefix("HTTP/1.1 "),
      let status = Int(first.dropFirst(9).prefix(3))
    else { return nil }
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let name = line[..<colon].lowercased()
      if fields[name] != nil { return nil }
      fields[name] = String(line[line.index(after: colon)...].drop { $0 == " " })
    }
    var response = Response(status: status, fields: fields, body: "")
    let rest = bytes[(end + 4)...]
    if status == 100 || status == 204 || isHead { return (response, rest) }
    if fields["transfer-encoding"] == "chunked" {
      guard let (body, next) = chunked(rest) else { return nil }
      response.body = body
      return (response, next)
    }
    // Without a length the answer ends with the connection.
    let count = fields["content-length"].map { Int($0) ?? -1 } ?? rest.count
    guard count >= 0, rest.count >= count else { return nil }
    response.body = text(rest.prefix(count))
    return (response, rest.dropFirst(count))
  }

  private static func chunked(_ bytes: ArraySlice<UInt8>) -> (String, ArraySlice<UInt8>)? {
    var rest = bytes
    var body = ""
    while let end = position(of: "\r\n", in: rest) {
      guard let size = Int(text(rest[..<end]), radix: 16) else { return nil }
      let data = rest[(end + 2)...]
      guard data.count >= size + 2 else { return nil }
      body += text(data.prefix(size))
      rest = data.dropFirst(size + 2)
      if size == 0 { return (body, rest) }
    }
    return nil
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }

  private static func position(of text: String, in bytes: ArraySlice<UInt8>) -> Int? {
    let wanted = Array(text.utf8)
    guard bytes.count >= wanted.count else { return nil }
    return (bytes.startIndex...bytes.endIndex - wanted.count).first {
      bytes[$0..<$0 + wanted.count].elementsEqual(wanted)
    }
  }
}
