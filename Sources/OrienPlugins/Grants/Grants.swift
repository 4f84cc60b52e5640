import OrienModel

/// What the operator lets a plugin have of the machine beyond its jail, from the manifest's
/// `grants`: nothing that is not there is had. Its network and devices stand beside it in the
/// manifest, for its programs in the jail have those too.
package struct Grants: Sendable {
  package var programs: [Program] = []
  package var folders: [Share] = []
  /// Sockets of the machine's by their paths, at which the plugin finds them too.
  package var sockets: [String] = []

  package init() {}

  /// Folders and sockets together: as many as a jail takes.
  static let mostPlaces = 16

  /// A program that the plugin may start outside of the jail.
  package struct Program: Sendable {
    /// As the plugin calls it.
    package var name: String
    /// Where it is, without any link on the way.
    package var path: String
    /// Each a whole command line: a pattern for each word after the program's name.
    var forms: [[ArgumentPattern]]
    /// Names of the variables that the plugin may give it.
    package var environment: [String]
    /// What it reaches.
    package var network: Network

    package enum Network: String, Sendable, CaseIterable {
      /// All that this machine does.
      case host
      /// Public addresses alone, and this machine's name servers. Only what lasts is held to it.
      case `public`
    }
  }

  /// A folder of the machine's that the plugin's process sees.
  package struct Share: Sendable, Equatable {
    package var path: String
    /// Where the process finds it.
    package var place: String
    package var isWritable: Bool
  }
}
