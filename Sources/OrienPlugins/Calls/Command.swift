package import OrienModel

/// A program that a handler wants run, copied out of the plugin's memory and bounded: arguments and
/// variables of 8 MiB each, and 16 MiB of input. What of that can be run is for the jail to say.
package struct Command: Sendable, Equatable {
  /// At least one; the first is found on the node's fixed PATH.
  package var arguments: [String]
  /// `NAME=value`, added to the clean environment.
  package var environment: [String]
  package var input: [UInt8]
  /// Its own deadline, within the call's; nil: the call's.
  package var wallMilliseconds: UInt64?
  /// Not jailed: what the manifest grants, in the plugin's own folder.
  package var isOutside: Bool
  /// It reads its workspace and writes to none of it.
  package var readsOnly: Bool
  package var network: Network

  /// What it has of the network that its plugin is granted.
  package enum Network: UInt8, Sendable {
    /// All of it, be it none.
    case granted
    case none
    /// All of it, and it is refused where that is none.
    case needed
  }

  package init(
    _ arguments: [String], environment: [String] = [], input: [UInt8] = [],
    wallMilliseconds: UInt64? = nil, isOutside: Bool = false, readsOnly: Bool = false,
    network: Network = .granted
  ) {
    self.arguments = arguments
    self.environment = environment
    self.input = input
    self.wallMilliseconds = wallMilliseconds
    self.isOutside = isOutside
    self.readsOnly = readsOnly
    self.network = network
  }
}

/// How a command ended that a handler waited for, and what it wrote where that was captured.
package struct RunResult: Sendable, Equatable {
  package var exit: ProcessExit
  package var output: [UInt8]
  package var errors: [UInt8]

  package init(exit: ProcessExit, output: [UInt8] = [], errors: [UInt8] = []) {
    self.exit = exit
    self.output = output
    self.errors = errors
  }
}
