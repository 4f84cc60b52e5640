import Glibc
import Synchronization

/// A server that answers each connection's requests with bytes made ahead, and keeps what it was
/// sent. On a port of 127.0.0.1, or on a socket's path.
final class CannedServer: Sendable {
  enum Place: Sendable {
    case port
    case path(String)
  }

  let url: String
  private let listener: Int32
  private let requests = Mutex<[String]>([])

  /// `answers` are given in turn, the last again and again. An empty one is never given: the
  /// connection stays open and silent.
  init(_ answers: [String], at place: Place = .port) {
    switch place {
    case .port: (listener, url) = Self.listenOnPort()
    case .path(let path): (listener, url) = (Self.listen(onPath: path), "http://orien")
    }
    Self.inThread { [self] in serve(answers) }
  }

  /// What came so far, heads and bodies.
  var received: [String] { requests.withLock { $0 } }

  /// Ends the thread; call it before the test ends.
  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func serve(_ answers: [String]) {
    var given = 0
    while case let connection = accept(listener, nil, nil), connection >= 0 {
      while let request = Self.readRequest(connection) {
        requests.withLock { $0.append(request) }
        let answer = answers[min(given, answers.count - 1)]
        given += 1
        if answer.isEmpty { break }
        _ = Array(answer.utf8).withUnsafeBytes {
          send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if answer.contains("Connection: close") {
          close(connection)
          break
        }
      }
    }
    close(listener)
  }

  /// One request with its body; nil once the client is gone.
  private static func readRequest(_ connection: Int32) -> String? {
    var head = ""
    while !head.contains("\r\n\r\n") {
      guard let piece = receive(connection) else { return nil }
      head += piece
    }
    let end = head.firstRange(of: "\r\n\r\n")!.upperBound
    var body = [String(head[end...])]
    var missing = (head.value(of: "content-length") ?? 0) - body[0].utf8.count
    if missing > 0 && head.contains("Expect: 100-continue") {
      let interim = "HTTP/1.1 100 Continue\r\nX-Interim: yes\r\n\r\n"
      _ = interim.withCString { send(connection, $0, interim.utf8.count, 0) }
    }
    while missing > 0 {
      guard let piece = receive(connection) else { return nil }
      missing -= piece.utf8.count
      body.append(piece)
    }
    return head[..<end] + body.joined()
  }

  /// What comes next; nil and closed once the client is gone.
  private static func receive(_ connection: Int32) -> String? {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = recv(connection, &buffer, buffer.count, 0)
    guard count > 0 else {
      close(connection)
      return nil
    }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }

  private static func listenOnPort() -> (Int32, String) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        precondition(bind(listener, pointer, size) == 0, "a port of loopback is to be had")
        getsockname(listener, pointer, &size)
      }
      return UInt16(bigEndian: $0.pointee.sin_port)
    }
    Glibc.listen(listener, 16)
    return (listener, "http://127.0.0.1:\(port)")
  }

  private static func listen(onPath path: String) -> Int32 {
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        precondition(
          bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0, "the path is free")
      }
    }
    Glibc.listen(listener, 16)
    return listener
  }

  private final class Work {
    let body: @Sendable () -> Void
    init(body: @escaping @Sendable () -> Void) { self.body = body }
  }

  static func inThread(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body: body)).toOpaque()
    pthread_create(
      &thread, nil,
      { work in
        Unmanaged<Work>.fromOpaque(work!).takeRetainedValue().body()
        return nil
      }, work)
    pthread_detach(thread)
  }
}

extension String {
  /// The value of a header that is a number.
  func value(of header: String) -> Int? {
    split(separator: "\r\n").lazy.first { $0.lowercased().hasPrefix(header + ":") }
      .flatMap { Int($0.dropFirst(header.count + 1).filter { $0 != " " }) }
  }
}
