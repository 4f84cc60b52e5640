import Glibc
import OrienModel
import Synchronization

/// A server on loopback that stands for one outside: answers each request as it is told to, on a
/// connection of its own, and keeps what it was asked.
final class Outsider: Sendable {
  struct Request: Sendable {
    var method: String
    var path: String
    /// By their names in small letters.
    var headers: [String: String]
    var body: [UInt8]

    var json: JSON { (try? JSON(parsing: body)) ?? .null }
  }

  enum Answer: Sendable {
    case json(Int, String)
    case moved(to: String)
    /// These bytes, whatever they are.
    case raw([UInt8])
    /// None, and the connection stays.
    case silence
  }

  typealias Script = @Sendable (Request) -> Answer

  let url: String
  let port: UInt16
  private let listener: Int32
  private let script: Mutex<Script>
  private let asked = Mutex<[Request]>([])
  private let silent = Mutex<[Int32]>([])

  init(_ script: @escaping Script) throws {
    let target = try Target()
    // It goes on where that ends.
    listener = dup(target.raw)
    port = target.port
    url = "http://127.0.0.1:\(port)"
    self.script = Mutex(script)
    let own = listener
    Self.inThread { [weak self] in
      while true {
        let connection = accept(own, nil, nil)
        if connection >= 0 {
          guard let server = self else { break }
          Self.inThread { server.serve(connection) }
        } else if errno != EAGAIN {
          break
        }
      }
      close(own)
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    silent.withLock { for connection in $0 { close(connection) } }
  }

  var requests: [Request] { asked.withLock { $0 } }

  func requests(_ method: String) -> [Request] { requests.filter { $0.method == method } }

  /// From now on.
  func answer(_ script: @escaping Script) { self.script.withLock { $0 = script } }

  private func serve(_ connection: Int32) {
    guard let request = Self.read(connection) else {
      close(connection)
      return
    }
    asked.withLock { $0.append(request) }
    let script = script.withLock { $0 }
    let bytes: [UInt8]
    switch script(request) {
    case .json(let status, let text): bytes = Self.response(status, "", text)
    case .moved(let place): bytes = Self.response(307, "Location: \(place)\r\n", "")
    case .raw(let raw): bytes = raw
    case .silence: return silent.withLock { $0.append(connection) }
    }
    _ = bytes.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    shutdown(connection, Int32(SHUT_WR))
    close(connection)
  }

  private static func response(_ status: Int, _ fields: String, _ body: String) -> [UInt8] {
    let head =
      "HTTP/1.1 \(status) Said\r\n\(fields)Content-Type: application/json\r\n"
      + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
    return Array((head + body).utf8)
  }

  /// One request, whole; nil where its client went away.
  private static func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    while true {
      if let request = Request(bytes) { return request }
      var buffer = [UInt8](repeating: 0, count: 65536)
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
    }
  }

  private final class Work {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private static func inThread(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body)).toOpaque()
    pthread_create(
      &thread, nil,
      { work in
        Unmanaged<Work>.fromOpaque(work!).takeRetainedValue().body()
        return nil
      }, work)
    pthread_detach(thread)
  }
}

extension Outsider.Request {
  /// Nil while some of it is missing.
  fileprivate init?(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
    let lines = text[..<end.lowerBound].split(separator: "\r\n")
    let words = lines[0].split(separator: " ")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = String(parts.last!.drop { $0 == " " })
    }
    let body = Array(text[end.upperBound...].utf8)
    guard body.count >= headers["content-length"].flatMap({ Int($0) }) ?? 0 else { return nil }
    self.init(
      method: String(words[0]), path: String(words[1]), headers: headers, body: body)
  }
}
