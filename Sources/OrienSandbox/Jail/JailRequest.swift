import COrienJail
package import OrienModel
package import OrienSystem

/// A program to be run in the jail: everything about it but what it has open.
package struct JailRequest: Sendable {
  /// At least one; the first is found on the fixed PATH, or has a slash in it. At most 1024 of
  /// 128 KiB each.
  package var arguments: [String]
  /// `NAME=value`, added to the clean environment; a name that is there already is replaced. At
  /// most 1024 of 128 KiB each, together with the arguments at most 256 KiB.
  package var environment: [String]
  /// Those of a process are the jail's. `wallMilliseconds` and `outputBytes` are the caller's.
  package var limits: Limits
  /// Without walls around it it is not run: nobody knows what it does.
  package var needsWalls: Bool
  /// It reads its working folder and writes to none of it; without walls it is not run.
  package var readsOnly: Bool
  /// What it reaches by network where it is walled in.
  package var network: Network
  /// Places in the jail's list of devices of those that it finds in its `/dev`.
  package var devices: Set<Int>
  /// Where it finds what of the machine it is shown, in the order of `JailDescriptors.shown`. Only
  /// where it is walled in.
  package var places: [Place] = []

  package struct Place: Sendable, Equatable {
    package enum Kind: Sendable { case read, write, socket }
    package var kind: Kind
    /// Absolute.
    package var path: String

    package init(_ kind: Kind, _ path: String) {
      self.kind = kind
      self.path = path
    }
  }

  package enum Network: Sendable, Equatable {
    /// Nothing, not even itself.
    case none
    /// Itself, by 127.0.0.1 and ::1.
    case loopback
    /// Itself, and whatever listens at its door, 127.0.0.1 and `doorPort`: whoever has it started
    /// does, by the socket that it is told of at the start.
    case door
    /// Public addresses, and these at the port of name servers, three at most. Of a program that
    /// lasts, which nothing walls in.
    case `public`(nameServers: [NetworkAddress])
  }

  package static let doorPort = Int(ORIEN_JAIL_DOOR_PORT)

  package init(
    _ arguments: [String], environment: [String] = [], limits: Limits = Limits(),
    needsWalls: Bool = false, readsOnly: Bool = false, network: Network = .none,
    devices: Set<Int> = []
  ) {
    self.arguments = arguments
    self.environment = environment
    self.limits = limits
    self.needsWalls = needsWalls
    self.readsOnly = readsOnly
    self.network = network
    self.devices = devices
  }
}
