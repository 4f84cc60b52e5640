import Glibc
import OrienSystem
import Synchronization
import Testing

/// What a hostile program does beside the node, and calls that Glibc's module does not show.
enum Hostile {
  /// Swaps two entries over and over, until the result is let go of.
  static func swapping(_ a: String, _ b: String) -> Repeating {
    Repeating { renameat2(AT_FDCWD, a, AT_FDCWD, b, 2 /* RENAME_EXCHANGE */) }
  }

  /// Moves an entry away and back over and over, until the result is let go of.
  static func moving(_ entry: String, _ away: String) -> Repeating {
    Repeating {
      rename(entry, away)
      rename(away, entry)
    }
  }

  /// Runs `body` on a thread that the kernel takes for `user`'s, without privileges.
  static func running(as user: UInt32, _ body: @escaping @Sendable () -> Void) {
    Thread("stranger") {
      _ = setfsuid(user)
      body()
    }.join()
  }

  /// Runs `body` on a thread with a mount table of its own, in which a disk of its own lies at
  /// `path`; false where that may not be done.
  static func mounting(at path: String, _ body: @escaping @Sendable () -> Void) -> Bool {
    let isDone = Atomic(false)
    Thread("mounter") {
      guard unshare(0x20000 /* CLONE_NEWNS */) == 0,
        mount("none", "/", nil, 0x44000 /* MS_REC | MS_PRIVATE */, nil) == 0,
        mount("none", path, "tmpfs", 0, nil) == 0
      else { return }
      body()
      isDone.store(true, ordering: .releasing)
    }.join()
    return isDone.load(ordering: .acquiring)
  }

  /// Sets the flags of chattr(1); false where the file system has none.
  static func setFlags(_ file: Int32, _ flags: Int32) -> Bool {
    var flags = flags
    return withUnsafeMutablePointer(to: &flags) {
      ioctl(file, 0x4008_6602 /* FS_IOC_SETFLAGS */, $0) == 0
    }
  }

  private static let ioctl = symbol(
    "ioctl", (@convention(c) (Int32, UInt, UnsafeMutablePointer<Int32>) -> Int32).self)
  private static func symbol<Function>(_ name: String, _: Function.Type) -> Function {
    unsafeBitCast(dlsym(nil, name), to: Function.self)
  }
  private static let renameat2 = symbol(
    "renameat2",
    (@convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32)
      .self)
  private static let setfsuid = symbol("setfsuid", (@convention(c) (UInt32) -> Int32).self)
  private static let unshare = symbol("unshare", (@convention(c) (Int32) -> Int32).self)
  private static let mount = symbol(
    "mount",
    (@convention(c) (
      UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafePointer<CChar>?, UInt,
      UnsafeRawPointer?
    ) -> Int32).self)
}

/// Something done at full speed on a thread of its own for as long as this lives.
final class Repeating: Sendable {
  private let isOver = Atomic(false)
  private let count = Atomic(0)
  private let thread = Mutex<Thread?>(nil)

  init(_ body: @escaping @Sendable () -> some Any) {
    thread.withLock {
      $0 = Thread("hostile") { [self] in
        while !isOver.load(ordering: .relaxed) {
          _ = body()
          count.add(1, ordering: .relaxed)
        }
      }
    }
    while rounds == 0 { sched_yield() }
  }

  var rounds: Int { count.load(ordering: .relaxed) }

  func stop() {
    isOver.store(true, ordering: .relaxed)
    thread.withLock { $0.take() }?.join()
  }
}
