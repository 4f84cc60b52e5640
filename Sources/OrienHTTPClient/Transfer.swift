internal import CCurl
internal import OrienModel

/// One request under way: what libcurl looks at, and what its callbacks read from and write to.
///
/// It lives on the thread of its request, and no callback comes once that is answered or given up.
final class Transfer {
  typealias Receive = (UnsafeRawBufferPointer) throws(Failure) -> Bool
  typealias Give = (UnsafeMutableRawBufferPointer) throws(Failure) -> Int

  /// What a callback answers to end its transfer: never as many bytes as it was given.
  static let stop = Int.max

  /// Why a callback ended the transfer.
  private(set) var failure: Failure?
  /// The receiver wanted no more, which is no failure.
  private(set) var wasStopped = false

  let request: HTTPRequest
  /// Its headers, for as long as libcurl may look at them.
  private(set) var lines: UnsafeMutablePointer<curl_slist>?

  private let receive: Receive?
  private let give: Give?
  private var promisedBytes: UInt64 = 0
  private var status = 0
  private var headers: [HTTPHeader] = []
  private var headerBytes = 0
  private var body: [UInt8] = []

  init(_ request: HTTPRequest, receive: Receive? = nil) {
    self.request = request
    self.receive = receive
    for header in request.headers { lines = ccurl_append(lines, header.line) }
    if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
      // libcurl would call any body a form.
      lines = ccurl_append(lines, "Content-Type:")
    }
    guard case .stream(let bytes, let give) = request.body else {
      give = nil
      return
    }
    self.give = give
    promisedBytes = bytes
  }

  deinit { ccurl_free_list(lines) }

  private var bounds: HTTPRequest.Bounds { request.bounds }

  static func of(_ context: UnsafeMutableRawPointer?) -> Transfer {
    guard let context else { preconditionFailure("libcurl hands back the context it was given") }
    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  }

  func response(status: Int) -> HTTPResponse {
    HTTPResponse(status: status, headers: headers, body: body)
  }

  /// Takes one line of the header. False ends the transfer.
  func takeHeader(_ line: UnsafeRawBufferPointer) -> Bool {
    headerBytes += line.count
    guard headerBytes <= bounds.headerBytes else {
      return fail(.tooLarge, "header-too-large", "a header of over \(bounds.headerBytes) bytes")
    }
    let text = String(decoding: line, as: UTF8.self)
    if text.hasPrefix("HTTP/") {
      // An interim answer, such as 100 Continue, has a header of its own before the real one.
      headers = []
      status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    } else if let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) {
      let value = text[colon...].dropFirst()
      headers.append(HTTPHeader(String(text[..<colon]), value.trimmed))
    }
    return true
  }

  /// Takes a piece of the body. False ends the transfer.
  func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if let receive, (200..<300).contains(status) {
      do throws(Failure) {
        wasStopped = try !receive(bytes)
        return !wasStopped
      } catch {
        failure = error
        return false
      }
    }
    guard body.count + bytes.count <= bounds.bodyBytes else {
      return fail(.tooLarge, "answer-too-large", "an answer of over \(bounds.bodyBytes) bytes")
    }
    body.append(contentsOf: bytes)
    return true
  }

  /// Fills the buffer with what comes next of the request's body: how many bytes, 0 at its end.
  /// Nil ends the transfer.
  func giveBody(_ buffer: UnsafeMutableRawBufferPointer) -> Int? {
    guard let give, promisedBytes > 0 else { return 0 }
    let part = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(Int(clamping: promisedBytes)))
    do throws(Failure) {
      let count = try give(part)
      promisedBytes -= UInt64(count)
      if count == 0 {
        _ = fail(.conflict, "body-too-short", "what is sent ended \(promisedBytes) bytes too soon")
        return nil
      }
      return count
    } catch {
      failure = error
      return nil
    }
  }

  private func fail(_ code: Failure.Code, _ reason: String, _ message: String) -> Bool {
    failure = Failure(code, reason, message)
    return false
  }
}

extension HTTPHeader {
  /// As libcurl wants it, which would leave out a header without a value.
  fileprivate var line: String { value.isEmpty ? name + ";" : name + ": " + value }
}

extension Substring {
  /// Without the blanks and the line's end around it.
  fileprivate var trimmed: String {
    let isBlank = { (character: Character) in character.isWhitespace }
    guard let last = lastIndex(where: { !isBlank($0) }) else { return "" }
    return String(self[...last].drop(while: isBlank))
  }
}
