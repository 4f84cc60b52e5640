import OrienHTTPClient
import OrienModel
import OrienSystem

/// Where an image comes from: a file of this machine's, or a server, and then only with its hash. A
/// file may have one too, behind a `#`.
struct ImageSource {
  private enum Place: Equatable {
    case file(String)
    case url(String)
  }

  private static let redirectsAtMost = 5

  private let place: Place
  /// In lower-case hexadecimal digits.
  let hash: String?

  init(_ text: String, _ environment: Environment) throws(Failure) {
    let mark = text.lastIndex(of: "#")
    let last = mark.map { String(text[text.index(after: $0)...]).lowercased() }
    let isHash = last.map { $0.utf8.count == 64 && $0.utf8.allSatisfy(\.isLowerHexDigit) } ?? false
    let isURL = text.hasPrefix("http://") || text.hasPrefix("https://")
    guard isHash || !isURL else {
      throw Failure(
        .invalid, "no-hash",
        "expected URL#SHA256: what a server sends is taken only if its hash is the one that you "
          + "have from whoever made it")
    }
    hash = isHash ? last : nil
    let rest = isHash ? String(text[..<mark!]) : text
    place = isURL ? .url(rest) : .file(environment.absolute(rest))
  }

  /// Hands on all of it.
  func read(_ take: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
    switch place {
    case .file(let path): try Self.read(path, take)
    case .url(let url): try Self.fetch(url, take)
    }
  }

  private static func read(
    _ path: String, _ take: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    let file = try HostFile(at: path)
    guard file.status.kind == .regular else {
      throw Failure(.invalid, "not-a-file", "\(path): expected a file")
    }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let result = buffer.withUnsafeMutableBytes { buffer in
        Result { () throws(Failure) in
          let count = try file.read(into: buffer)
          if count > 0 { try take(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
          return count
        }
      }
      if try result.get() == 0 { return }
    }
  }

  /// Where a server sends its clients elsewhere that is followed: it is the hash that says what it is.
  private static func fetch(
    _ url: String, _ take: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    let client = try HTTPClient()
    var url = url
    for _ in 0...redirectsAtMost {
      var request = HTTPRequest("GET", url)
      request.bounds.totalMilliseconds = nil
      request.bounds.silenceMilliseconds = 60_000
      let response = try client.send(request) { bytes throws(Failure) in
        try take(bytes)
        return true
      }
      if response.isSuccess { return }
      guard (300..<400).contains(response.status), let next = response.header("Location") else {
        throw Failure(
          .unavailable, "no-image", "\(url): the server answered \(response.status)")
      }
      url = next.hasPrefix("/") ? origin(of: url) + next : next
    }
    throw Failure(
      .unavailable, "no-image", "the server sent this on more than \(redirectsAtMost) times")
  }

  /// `https://host:port` of a URL.
  private static func origin(of url: String) -> String {
    let start = url.firstIndex(of: "/").map { url.index($0, offsetBy: 2) } ?? url.startIndex
    let end = url[start...].firstIndex { $0 == "/" || $0 == "?" } ?? url.endIndex
    return String(url[..<end])
  }
}
