import COrienJail
import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

@Suite("Launcher: when there is no more of something", .serialized)
struct LauncherShortageTests {
  /// In a process of its own: it lowers what it may have.
  @Test("A request that the kernel does not pass on ends, and those after it are served")
  func refused() async {
    await #expect(processExitsWith: .success) { try Self.askTooMuch() }
  }

  private static func askTooMuch() throws {
    let rig = try JailRig()
    try write("", to: rig.state + "/file", mode: 0o600)
    chmod(rig.state, 0o755)
    var served = try rig.sh("exit 3").end
    precondition(served?.exit.code == 3)
    // Descriptors on their way count against the open files of whoever sends some more, unless he
    // has a privilege.
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(7), &limit)
    let old = limit
    let ends = try SocketPair().release()
    let near = Descriptor(owning: ends.near)
    let far = Descriptor(owning: ends.far)
    for _ in 0..<20 {
      let raw = near.raw
      _ = try [UInt8(0)].withUnsafeBytes { try near.send($0, passing: [raw, raw, raw, raw]) }
    }
    limit.rlim_cur = 64
    setrlimit(__rlimit_resource_t(7), &limit)
    if getuid() == 0 { precondition(seteuid(65534) == 0) }
    let refused = try rig.start(["true"])
    let isTold = rig.wait { refused.end != nil }
    if getuid() == 0 { precondition(seteuid(0) == 0) }
    var rest = old
    setrlimit(__rlimit_resource_t(7), &rest)
    precondition(isTold && refused.ends.count == 1 && !refused.hasStarted)
    precondition(refused.end?.failure?.code == .unavailable)
    var room = [UInt8](repeating: 0, count: 16)
    _ = try room.withUnsafeMutableBytes { room in
      while let count = try far.receive(into: room, { _ in }), count > 0 {}
    }
    served = try rig.sh("exit 3").end
    precondition(served?.exit.code == 3)
    rig.close()
  }

  @Test("Whoever complains waits for no reader, and says what was lost")
  func complaints() throws {
    let state = try JailRig.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: state) }
    let lock = try RunLock(in: Folder(at: state))
    let (control, lifeline, complaints) = (
      try SocketPair().release(), try Pipe().release(), try Pipe().release()
    )
    let near = Descriptor(owning: control.near)
    try near.makeNonBlocking()
    let reader = Descriptor(owning: complaints.reader)
    let full = 1 << 16
    let writer = Descriptor(owning: complaints.writer)
    try writer.writeAll([UInt8](repeating: 0x2E, count: full))
    let keeper = try ChildProcess(
      JailRig.program,
      arguments: ["orien-jail", "keeper", "orien-00000000000051de"],
      environment: [],
      descriptors: [
        (writer.raw, 2), (control.far, 3), (lifeline.reader, 4), (lock.raw, 5),
      ])
    for raw in [control.far, lifeline.reader] { close(raw) }
    for _ in 0..<3 { try askNonsense(of: launcher(near)) }
    let next = try launcher(near)
    #expect(try drain(reader) == String(repeating: ".", count: full))
    try askNonsense(of: next)
    _ = try launcher(near)
    #expect(try drain(reader) == "(3 before this were lost) the node sent a frame of kind 99\n")
    close(lifeline.writer)
    #expect(try keeper.finish(by: .now + .seconds(10)) == .exited(0))
  }

  /// It complains, and ends.
  private func askNonsense(of launcher: consuming Descriptor) throws {
    _ = try Frame.header(orien_jail_frame(99), id: 1).withUnsafeBytes { try launcher.send($0) }
  }

  /// The socket of the launcher that the keeper tells of next.
  private func launcher(_ control: borrowing Descriptor) throws -> Descriptor {
    var reader = FrameReader()
    while try ChildProcess.wait(for: control.raw, until: .now + .seconds(10)) {
      guard case .frame(var frame) = reader.next(from: control) else { continue }
      if frame.kind == ORIEN_JAIL_CLEARED.rawValue { continue }
      guard let socket = frame.descriptor.take() else { break }
      return socket
    }
    throw CocoaError(.featureUnsupported)
  }

  private func drain(_ reader: borrowing Descriptor) throws -> String {
    var text = ""
    var piece = [UInt8](repeating: 0, count: 4096)
    while let count = try piece.withUnsafeMutableBytes({ try reader.read(into: $0) }), count > 0 {
      text += String(decoding: piece.prefix(count), as: UTF8.self)
    }
    return text
  }
}
