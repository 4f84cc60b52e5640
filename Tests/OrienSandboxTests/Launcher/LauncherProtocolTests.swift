import COrienJail
import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

/// The launcher trusts no frame, though only the node can send it one.
@Suite("Launcher: frames that no node sends", .serialized)
struct LauncherProtocolTests {
  private struct Answer {
    var kind: UInt32
    var fault: UInt32?
  }

  /// Sends the frames to a launcher; what it answers, nil where it ends instead.
  private func ask(_ frame: [UInt8], descriptors: Bool = true) throws -> Answer? {
    let state = try JailRig.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: state) }
    let loop = try Loop()
    var answer: Answer?
    var isOver = false
    var link: LauncherLink?
    let settings = Keeper.Settings(
      program: JailRig.program,
      group: "orien-" + String(format: "%016lx", UInt64.random(in: 0 ... .max)))
    let keeper = Keeper(
      settings, loop: loop, runLock: try RunLock(in: Folder(at: state)),
      log: Log(level: .error, format: .text, descriptor: -1), onLost: {}, onCleared: { _ in }
    ) { pid, _, socket in
      guard link == nil else { return }
      link = try? LauncherLink(
        pid: pid, socket: socket, loop: loop,
        onFrame: {
          // What is quick has ended by the time that its start is read.
          guard !isOver else { return }
          isOver = true
          answer = Answer(kind: $0.kind, fault: $0.decode(orien_jail_end.self)?.fault)
          loop.stop()
        },
        onEnd: {
          isOver = true
          loop.stop()
        })
      link?.send(frame, descriptors ? try? Self.descriptors(state) : nil)
    }
    try keeper.start()
    let bound = loop.schedule(after: .seconds(10)) { loop.stop() }
    loop.run()
    bound.cancel()
    #expect(isOver)
    // To its very end: the zombie of another child would make exit tests spin.
    var isReaped = false
    keeper.end { isReaped = true }
    while !isReaped {
      let pause = loop.schedule(after: .milliseconds(5)) { loop.stop() }
      loop.run()
      pause.cancel()
    }
    return answer
  }

  private static func descriptors(_ workspace: String) throws -> JailDescriptors {
    JailDescriptors(
      input: try .input([]), output: try .input([]), errors: try .input([]),
      workspace: try Folder(at: workspace).descriptor())
  }

  private func start(
    _ strings: String, arguments: UInt32 = 1, variables: UInt32 = 0, claimed: UInt32? = nil,
    _ change: (inout orien_jail_start) -> Void = { _ in }
  ) -> [UInt8] {
    var start = orien_jail_start()
    start.arguments = arguments
    start.variables = variables
    start.string_bytes = claimed ?? UInt32(strings.utf8.count)
    change(&start)
    let body = Frame.bytes(of: start) + Array(strings.utf8)
    return Frame.header(ORIEN_JAIL_START, id: 1, size: body.count) + body
  }

  @Test("A request that breaks a bound is refused")
  func refused() throws {
    let long = String(repeating: "x", count: Int(ORIEN_JAIL_STRING_BYTES)) + "\0"
    let requests: [[UInt8]] = [
      start("true"), start("true\0\0"), start("true\0", arguments: 2),
      start("true\0", arguments: 0), start("\0"), start(long),
      start("true\0", arguments: .max), start("true\0", variables: .max),
      start("true\0", claimed: 4), start("true\0", claimed: .max),
      start("true\0NAME\0", variables: 1), start("true\0=x\0", variables: 1),
      start("true\0") { $0.profile = 4 }, start("true\0") { $0.limits.memory_bytes = .max },
      start("true\0") { $0.limits.processes = 1 << 40 },
      start("true\0") { $0.limits.cpu_milliseconds = .max },
      start("true\0r/srv/x\0") { $0.places = 1 }, start("true\0::1\0") { $0.resolvers = 1 },
      // Only what lasts is held to that.
      start("true\0") { $0.network = ORIEN_JAIL_PUBLIC.rawValue },
      start("true\0") { $0.places = .max }, Frame.header(ORIEN_JAIL_START, id: 1),
    ]
    for (index, request) in requests.enumerated() {
      let answer = try ask(request)
      #expect(answer?.kind == ORIEN_JAIL_ENDED.rawValue, "request \(index)")
      #expect(answer?.fault == ORIEN_JAIL_REFUSED.rawValue, "request \(index)")
    }
    let bare = try ask(start("true\0"), descriptors: false)
    #expect(bare?.fault == ORIEN_JAIL_REFUSED.rawValue)
    #expect(try ask(start("true\0"))?.kind == ORIEN_JAIL_STARTED.rawValue)
  }

  @Test("A frame that is none ends the launcher, and with it what it held")
  func nonsense() throws {
    #expect(try ask(Frame.header(orien_jail_frame(99), id: 1), descriptors: false) == nil)
    let huge = Frame.header(ORIEN_JAIL_PING, id: 1, size: 1 << 20)
    #expect(try ask(huge, descriptors: false) == nil)
  }
}
