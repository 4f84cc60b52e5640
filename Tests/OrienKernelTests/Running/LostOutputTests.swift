import Foundation
import OrienModel
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienKernel
@testable import OrienLedger

@Suite("Kernel: an output that the disk does not take", .enabled(if: geteuid() == 0))
struct LostOutputTests {
  @Test("Its room is back before the call is settled, even while somebody reads its file")
  func room() throws {
    let scratch = OrienTestKit.Scratch()
    let state = try scratch.folder("state")
    try #require(mount("tmpfs", state, "tmpfs", 0, "size=1048576,mode=700") == 0)
    defer { umount2(state, Int32(MNT_DETACH)) }
    let files = try OutputFiles(in: Folder(at: state))
    let empty = Self.freeBytes(state)
    let loop = try Loop()
    let disk = DiskThreads(count: 2)
    defer { disk.close() }
    let log = OutputLog(
      of: ExecutionID(random: Random.bytes(16)), .output, limitBytes: 8 << 20, files: files,
      loop: loop, disk: disk)
    let piece = [UInt8](repeating: 120, count: 200_000)
    piece.withUnsafeBytes { log.append($0) }
    let names = { try FileManager.default.contentsOfDirectory(atPath: state + "/outputs") }
    #expect(loop.drive { ((try? names()) ?? []).count == 1 })
    let reader = try #require(FileHandle(forReadingAtPath: state + "/outputs/" + names()[0]))
    for _ in 0..<10 { piece.withUnsafeBytes { log.append($0) } }
    var left: (bytes: Int, names: [String])?
    log.seal { kept in
      guard case .inline(let head) = kept else { return }
      #expect(head == Array(piece.prefix(64 << 10)))
      left = (Self.freeBytes(state), (try? names()) ?? ["?"])
    }
    #expect(loop.drive { left != nil })
    #expect(log.isLost && !log.isTruncated && log.summary.bytes == 64 << 10)
    #expect(left?.bytes == empty && left?.names == [])
    try reader.close()
  }

  private static func freeBytes(_ path: String) -> Int {
    var disk = statvfs()
    return statvfs(path, &disk) == 0 ? Int(disk.f_bavail) * Int(disk.f_frsize) : -1
  }
}
