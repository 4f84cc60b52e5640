import OrienKernel
import OrienModel
import OrienSandbox

/// How well a machine holds programs: what it is, and what a jail that was started on it said.
struct Posture: Sendable {
  var machine = Machine()
  /// Nil where none came up.
  var capabilities: JailCapabilities?
  /// What became of a program in it.
  var trial = JailTrial.Outcome.passed
  /// The folder that it had its workspace in.
  var workspaces = ""
  /// The first of its users where the node is root.
  var firstUser: UInt32?
  /// Who has the users that are configured, where somebody has.
  var usersTaken: Failure?
  var quota = WorkspaceQuota.auto
  /// What keeps programs that last from being held to public addresses; nil: they can be.
  var obstacleToPublic: String?
  /// What the operator wants the kernel to hold.
  var required: [RequiredLimit] = []

  /// Scripts can be run, and walls stand around them.
  var isWalled: Bool { hasWalls && !isObstructed }

  var hasWalls: Bool { [.user, .root].contains(capabilities?.walls) }

  var isObstructed: Bool { if case .obstacle = trial { true } else { false } }

  var isolation: String { capabilities?.isolation ?? "none" }

  /// All that there is to say of it.
  var checks: [Check] { [level] + walls + limits }
}
