import OrienModel

/// What the program ends with. Its own codes are those of sysexits.h, so that they are seldom
/// taken for the code of a tool, which `orien run` passes on.
struct ExitCode: Sendable, Equatable {
  let code: Int32

  init(_ code: Int32) { self.code = code }

  static let success = ExitCode(0)
  /// What was asked for was done, and the answer is no.
  static let negative = ExitCode(1)
  static let cancelled = ExitCode(130)

  /// Why a failure is one of words on the command line.
  static let usageReason = "usage"

  init(_ failure: Failure) {
    switch failure.code {
    case .invalid where failure.reason == Self.usageReason: code = 64
    case .invalid where failure.reason == "configuration": code = 78
    case .invalid, .mismatch, .unsupported, .tooLarge: code = 65
    case .notFound: code = 66
    case .unavailable: code = 69
    case .internal: code = 70
    case .full: code = 73
    case .limited, .conflict: code = 75
    case .unauthenticated, .denied, .unpaid: code = 77
    case .cancelled: code = 130
    }
  }

  /// Every code with what it means, for help and README.
  static let table: [(codes: String, meaning: String)] = [
    ("0", "Done"),
    (
      "1",
      "The answer is no: a node is not well, a receipt does not verify, a tool failed,"
        + " scripts cannot be walled in"
    ),
    ("64", "The command line is wrong"),
    ("65", "The node refused what it was sent"),
    ("66", "What was asked for is not there"),
    ("69", "The node cannot be reached, or is not available"),
    ("70", "The node, a plugin or this program has a bug"),
    ("73", "There is no room on the disk"),
    ("75", "Busy or in use: later may help"),
    ("77", "The key is missing or does not allow it, or nothing pays for it"),
    ("78", "The configuration is wrong"),
    ("124", "Of `run`: the tool exceeded its time"),
    ("128+N", "Of `run`: signal N ended the tool"),
    ("130", "Cancelled"),
    ("others", "Of `run`: the tool's own exit code"),
  ]
}
