package import OrienModel
package import OrienSystem

/// A program that does nothing, run once where those of calls will run: what stands in the way of
/// all of them shows before anybody has asked for one. Belongs to the loop's thread; blocks for the
/// disk for a moment.
package enum JailTrial {
  package enum Outcome: Sendable, Equatable {
    case passed
    /// No program will ever start there.
    case obstacle(Failure)
    /// It did not start this time, which says nothing of the next.
    case unknown(Failure)
  }

  /// `root` is where the workspaces are. `then` is called once, never before this returns.
  package static func run(
    in root: Folder, by jail: any Jail, then: @escaping (Outcome) -> Void
  ) throws(Failure) {
    let name = try FolderPath(Workspaces.mintFolder())
    let descriptors: JailDescriptors
    do throws(SystemError) {
      try root.make(name)
      descriptors = JailDescriptors(
        input: try .input([]), output: try .input([]), errors: try .input([]),
        workspace: try root.folder(name).descriptor())
    } catch {
      throw error.failure("making a workspace in \(root.path)")
    }
    _ = jail.start(
      JailRequest(["true"]), descriptors, onStart: { _ in },
      onEnd: { end in
        do throws(SystemError) {
          try root.removeFolder(name)
        } catch {
          return then(.unknown(error.failure("removing a workspace in \(root.path)")))
        }
        then(outcome(end, in: root.path, walls: jail.capabilities?.walls ?? .none))
      })
  }

  static func outcome(
    _ end: JailEnd, in path: String, walls: JailCapabilities.Walls
  ) -> Outcome {
    guard let failure = end.failure, !end.isRefusal else { return .passed }
    guard let number = end.systemError else { return .unknown(failure) }
    let error = SystemError("mount_setattr", number)
    guard !error.isShortage else { return .unknown(failure) }
    return .obstacle(
      Failure(
        .unavailable, "workspaces-not-lent",
        walls == .root
          ? """
          no program can have a workspace in \(path), whose file system takes no idmapped mount \
          (\(error.text)): move WORKSPACE_ROOT to ext4, xfs or btrfs
          """
          : "no program can have a workspace in \(path) (\(error.text)): move WORKSPACE_ROOT"))
  }
}
