import Glibc
import OrienSystem
import Synchronization
import Testing

/// Runs `body` where `/tmp` is a disk of its own, in a mount table that nobody else sees: threads and
/// processes that are started there are in it too.
func withSmallDisk(_ size: String, _ body: @escaping @Sendable () throws -> Void) throws {
  let failure = Mutex<String?>("the disk could not be mounted")
  Thread("disk") {
    guard unshare(0x20000 /* CLONE_NEWNS */) == 0,
      mount("none", "/", nil, 0x44000 /* MS_REC | MS_PRIVATE */, nil) == 0,
      mount("none", "/tmp", "tmpfs", 0, "mode=1777,\(size)") == 0
    else { return }
    do {
      try body()
      failure.withLock { $0 = nil }
    } catch {
      failure.withLock { $0 = "\(error)" }
    }
  }.join()
  #expect(failure.withLock { $0 } == nil)
}

private func symbol<Function>(_ name: String, _: Function.Type) -> Function {
  unsafeBitCast(dlsym(nil, name), to: Function.self)
}
private var unshare: @convention(c) (Int32) -> Int32 {
  symbol("unshare", (@convention(c) (Int32) -> Int32).self)
}
private typealias Mount =
  @convention(c) (
    UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafePointer<CChar>?, UInt,
    UnsafePointer<CChar>?
  ) -> Int32
private var mount: Mount { symbol("mount", Mount.self) }
