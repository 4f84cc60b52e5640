internal import COrienABI

/// A program to run, in the session's workspace or an empty one, under the call's limits. No shell
/// has a part in it: each argument arrives as it is.
public struct Command: Sendable {
  /// Found on the node's fixed PATH.
  public var program: String
  public var arguments: [String]
  /// Added to a clean environment.
  public var environment: [String: String]
  /// Its standard input.
  public var input: [UInt8]
  /// Its own deadline, within the call's.
  public var wallMilliseconds: UInt64?
  /// Not jailed: only what the manifest grants ("program:nginx"), in the plugin's own folder.
  public var isOutside: Bool
  /// It reads its workspace and writes to none of it; refused where nothing walls it in.
  public var readsOnly = false
  public var network = Network.granted

  /// What it has of the network that the manifest grants.
  public enum Network: Sendable {
    /// All of it, be it none.
    case granted
    case none
    /// All of it, and it is refused where that is none.
    case needed
  }

  public init(
    _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
    input: [UInt8] = [], wallMilliseconds: UInt64? = nil, isOutside: Bool = false
  ) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.input = input
    self.wallMilliseconds = wallMilliseconds
    self.isOutside = isOutside
  }

  public init(
    _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
    input: String, wallMilliseconds: UInt64? = nil, isOutside: Bool = false
  ) {
    self.init(
      program, arguments, environment: environment, input: Array(input.utf8),
      wallMilliseconds: wallMilliseconds, isOutside: isOutside)
  }

  private var flags: UInt32 {
    let wish =
      switch network {
      case .granted: UInt32(0)
      case .none: UInt32(ORIEN_OFFLINE)
      case .needed: UInt32(ORIEN_ONLINE)
      }
    return (isOutside ? UInt32(ORIEN_OUTSIDE) : 0) | (readsOnly ? UInt32(ORIEN_READS_ONLY) : 0)
      | wish
  }

  /// Lends the command as the node wants it.
  func withTable(
    _ body: (UnsafePointer<orien_command>) -> orien_status
  ) throws(Failure) -> orien_status {
    for (index, text) in ([program] + arguments).enumerated() where text.utf8.contains(0) {
      throw Failure(.invalid, "argv[\(index)] has a NUL, which no program can be given")
    }
    for (name, value) in environment
    where name.isEmpty || name.utf8.contains(UInt8(ascii: "=")) || (name + value).utf8.contains(0) {
      throw Failure(.invalid, "environment '\(name)': a name has no '=' or NUL, a value no NUL")
    }
    let names = environment.keys.sorted()
    let argv = TextList([program] + arguments)
    let env = TextList(names.map { $0 + "=" + environment[$0]! })
    return withExtendedLifetime((argv, env)) {
      input.withBytes { bytes in
        var table = orien_command()
        table.size = UInt32(MemoryLayout<orien_command>.size)
        table.flags = flags
        table.argv = argv.pointer
        table.env = env.pointer
        table.input = bytes
        table.wall_ms = wallMilliseconds ?? 0
        return body(&table)
      }
    }
  }
}

/// How a command ended whose streams were kept, and what they held.
public struct Captured: Sendable {
  public var exit: Exit
  public var output: [UInt8]
  public var errors: [UInt8]
}
