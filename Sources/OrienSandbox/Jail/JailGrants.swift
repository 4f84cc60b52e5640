import COrienJail
package import OrienSystem

/// What the operator lets programs have beyond what all have: told to the jail once, when it starts.
package struct JailGrants: Sendable, Equatable {
  package static let devicesAtMost = Int(ORIEN_JAIL_DEVICES)
  /// What waits with interpreters is one more, and so are the libraries of workers.
  package static let sharedAtMost = Int(ORIEN_JAIL_SHARED) - 2
  package static let placesAtMost = 128
  /// Where programs find what holds a plugin, and the libraries that it needs.
  package static let workerPlace = "/run/warm/orien-worker"
  package static let librariesPlace = "/run/swift"

  /// Paths below `/dev`. A request names them by their place here.
  package var devices: [String] = []
  /// Folders that every program reads.
  package var shared: [Share] = []
  /// The folder with what waits with interpreters that are up; nil: none wait.
  package var hosts: String?

  /// The folder with the libraries of Swift; nil: the system's own have them.
  package var libraries: String?

  /// The folder that all workspaces are in: its disk is the one whose use can be limited. nil: it
  /// is not known.
  package var workspaces: String?

  /// What plugins may be shown that is not the node's own user's, by its path; of no effect where that is
  /// who asks for it all.
  package var places: [String] = []

  /// Whose workspaces are, where that is not this process's user; a warden says so itself.
  package var owner: UserAccount?

  /// A folder, and where programs find it.
  package struct Share: Sendable, Equatable {
    package var path: String
    package var place: String

    package init(path: String, place: String) {
      self.path = path
      self.place = place
    }
  }

  package init() {}

  /// As the keeper reads them.
  var arguments: [String] {
    var shares = shared
    if let libraries { shares.append(Share(path: libraries, place: Self.librariesPlace)) }
    let named =
      devices.map { ("--device", $0) } + shares.map { ("--shared", "\($0.path):\($0.place)") }
      + places.prefix(Self.placesAtMost).map { ("--place", $0) }
    return named.flatMap { [$0.0, $0.1] } + (owner.map { ["--owner", $0.jailWord] } ?? [])
      + (hosts.map { ["--hosts", $0] } ?? [])
      + (workspaces.map { ["--workspaces", $0] } ?? [])
  }
}

extension UserAccount {
  private static let groupsAtMost = 32

  /// As orien-jail reads it.
  var jailWord: String {
    let more = groups.prefix(Self.groupsAtMost).map { "\($0)" }.joined(separator: ",")
    return "\(id):\(group)" + (more.isEmpty ? "" : ":" + more)
  }
}
