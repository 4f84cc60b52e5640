package import OrienModel
package import OrienSystem

/// Says whether anything that an earlier node started still lives: every part of the jail holds
/// this lock, shared, and the kernel takes it back when the last of them is gone.
///
/// A starting node makes one before it calls any execution lost: once it has it, nobody holds
/// them any more. What nobody held, in control groups alone, is gone when the launcher is up.
package final class RunLock: Sendable {
  private static let name = "run.lock"
  private let descriptor: Descriptor

  /// Waits until nobody of an earlier node's holds the lock in `folder`, then shares it with what
  /// this node starts. Blocks, at most for `patience`.
  package init(in folder: Folder, patience: Duration = .seconds(10)) throws(Failure) {
    let path = folder.path + "/" + Self.name
    let name = try FolderPath(Self.name)
    let deadline = Instant.now + patience
    let isFree: Bool
    do throws(SystemError) {
      descriptor = try folder.lockFile(name)
      // Shared only after it was exclusive: while others share it, it would be had at once.
      let wasFree = try descriptor.lock(.exclusive, until: deadline)
      isFree = wasFree ? try descriptor.lock(.shared, until: deadline) : false
    } catch {
      throw error.failure("locking \(path)")
    }
    guard isFree else {
      throw Failure(
        .unavailable, "run-lock",
        """
        \(path): processes of an earlier node are still alive after \(patience); \
        end them (fuser \(path)), or is another node running on this state folder?
        """)
    }
  }

  /// For a jail that is nobody's but its maker's: no node will ever wait for its end.
  package init() throws(Failure) {
    do { descriptor = try .input([]) } catch { throw error.failure("making a lock") }
  }

  var raw: Int32 { descriptor.raw }
}
