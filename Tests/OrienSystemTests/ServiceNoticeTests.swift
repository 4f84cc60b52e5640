import Glibc
import OrienSystem
import Testing

@Suite("Notices to a service manager")
struct ServiceNoticeTests {
  /// What a manager would have of them: a socket that it listens at.
  private func listening(
    at name: String, _ body: (Environment, () -> String?) throws -> Void
  ) rethrows {
    let raw = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(raw) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = name.utf8.map { $0 == UInt8(ascii: "@") ? 0 : $0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(raw, $0, length) }
    }
    #expect(bound == 0)
    try body(Environment(variables: ["NOTIFY_SOCKET": name])) {
      var bytes = [UInt8](repeating: 0, count: 256)
      let count = recv(raw, &bytes, bytes.count, Int32(MSG_DONTWAIT))
      return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }
  }

  @Test("They come to the socket that is named, of a file or of none")
  func sent() throws {
    let path = "/tmp/orien-notice-\(getpid())"
    defer { unlink(path) }
    for name in [path, "@orien-notice-\(getpid())"] {
      try listening(at: name) { environment, received in
        let notices = try #require(ServiceNotices(environment))
        notices.send("READY=1")
        #expect(received() == "READY=1")
        #expect(received() == nil)
      }
    }
  }

  @Test("A program that was started is heard by whoever has started it")
  func heard() throws {
    let socket = try NoticeSocket()
    let notices = try #require(
      ServiceNotices(Environment(variables: ["NOTIFY_SOCKET": socket.name])))
    notices.send("READY=1\nSTATUS=here")
    #expect(try socket.receive() == "READY=1\nSTATUS=here")
  }

  @Test("Nobody hears them where no manager is, and nothing comes of one that is gone")
  func nobody() throws {
    #expect(ServiceNotices(Environment()) == nil)
    for name in ["", "relative", "vsock:2:1234", "/" + String(repeating: "x", count: 200)] {
      #expect(ServiceNotices(Environment(variables: ["NOTIFY_SOCKET": name])) == nil)
    }
    let gone = Environment(variables: ["NOTIFY_SOCKET": "/tmp/orien-nobody-\(getpid())"])
    try #require(ServiceNotices(gone)).send("READY=1")
  }

  @Test("A watchdog is fed twice in its time, where it is this process's")
  func watchdog() throws {
    func interval(_ variables: [String: String]) -> Duration? {
      ServiceNotices(
        Environment(variables: variables.merging(["NOTIFY_SOCKET": "@x"]) { $1 }))?.watchdogInterval
    }
    #expect(interval([:]) == nil)
    #expect(interval(["WATCHDOG_USEC": "30000000"]) == .seconds(15))
    #expect(
      interval(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "\(getpid())"]) == .seconds(15))
    #expect(interval(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"]) == nil)
    #expect(interval(["WATCHDOG_USEC": "soon"]) == nil)
  }
}
