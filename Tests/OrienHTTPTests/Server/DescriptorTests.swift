import Glibc
import OrienSystem
import Testing

@testable import OrienHTTP

/// Each in a process of its own, because descriptors belong to processes.
@Suite("Descriptors")
struct DescriptorTests {
  @Test("Clients that reset at any moment leave no descriptor behind")
  func resets() async {
    await #expect(processExitsWith: .success) {
      let rig = try ServerRig()
      let requests = [
        "", "GET /too", Transcript.request("GET /keep"), Transcript.request("GET /large"),
        Transcript.request("POST /upload", "Content-Length: 90000", body: "abc"),
        Transcript.request("POST /echo", "Content-Length: 900", body: "abc"),
        Transcript.request("GET /flood"), Transcript.request("GET /events"), "nonsense\r\n",
      ]
      // What is opened with the first of each kind stays.
      try rig.connect().reset()
      #expect(try rig.answers(Transcript.request("GET /tools")).map(\.status) == [200])
      #expect(rig.waits { $0.server.openConnections == 0 })
      let before = DescriptorTests.openDescriptors
      for round in 0..<40 {
        for request in requests {
          let client = try rig.connect()
          client.send(request)
          // Every other time the server gets to act on it first.
          if round % 2 == 0 { _ = rig.onLoop { $0.server.openConnections } }
          client.reset()
        }
      }
      // Who is answered was accepted after all of them: none still waits to be.
      #expect(try rig.answers(Transcript.request("GET /tools")).map(\.status) == [200])
      #expect(rig.waits { $0.server.openConnections == 0 })
      #expect(DescriptorTests.openDescriptors <= before + 1)
    }
  }

  @Test("Without descriptors the server goes on with those it has, serves one more, and recovers")
  func exhaustion() async {
    await #expect(processExitsWith: .success) {
      let rig = try ServerRig()
      let old = try rig.connect()
      old.send(Transcript.request("GET /tools"))
      #expect(old.responses(1).count == 1)
      let late = try rig.connect()
      #expect(rig.waits { $0.server.openConnections == 2 })
      // Sockets of clients that are made before the bound, for there are none left behind it.
      let waiting = try (0..<3).map { _ in try Client() }
      let taken = DescriptorTests.takeAll()
      for client in waiting { try client.connect(rig.address) }
      #expect(rig.waits { $0.server.counts.exhausted > 0 })
      old.send(Transcript.request("GET /tools"))
      #expect(old.responses(1).map(\.status) == [200])
      late.send(Transcript.request("GET /tools"))
      #expect(late.responses(1).map(\.status) == [200])
      for client in waiting {
        client.send(Transcript.request("GET /hello/health"))
        let response = client.responses(1).first
        #expect(response?.body == "hello health" && response?.field("Connection") == "close")
        client.finishSending()
      }
      for raw in taken { close(raw) }
      #expect(rig.waits { $0.server.openConnections == 2 })
      #expect(try rig.answers(Transcript.request("GET /tools")).map(\.status) == [200])
    }
  }

  static var openDescriptors: Int {
    (0..<4096).count { fcntl(Int32($0), F_GETFD) >= 0 }
  }

  /// Takes every descriptor that this process may have.
  static func takeAll() -> [Int32] {
    var bound = rlimit(rlim_cur: 200, rlim_max: 200)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &bound)
    var taken: [Int32] = []
    while case let raw = dup(0), raw >= 0 { taken.append(raw) }
    return taken
  }
}
