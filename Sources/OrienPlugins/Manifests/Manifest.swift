package import OrienModel

/// The operator's word on one plugin, from the file beside its library.
package struct Manifest: Sendable {
  package var isEnabled = true
  /// The node is well also where what this stands for is away.
  package var isOptional = false
  package var isolation: Isolation?
  /// They only lower what the plugin asks for.
  package var limits = Limits()
  /// Those that the kernel has to hold, or no call is run.
  package var required: [RequiredLimit] = []
  /// The plugin's settings, not yet checked against what it declares.
  package var config: [JSON.Member] = []
  /// Of every tool that has none of its own.
  package var price: Price?
  /// What its own process has of the machine, and what it may start outside of the jail.
  package var grants = Grants()
  /// What the plugin's programs reach.
  package var network = Network.none
  /// Devices that its programs find in their `/dev`, by their paths there.
  package var devices: [String] = []
  /// As whom a daemon sees sessions' workspaces, which are lent to it for its calls; nil: they are
  /// not.
  package var workspaceUser: UInt32?
  /// By a handler's name.
  package var tools: [String: Terms] = [:]

  package init() {}

  package enum Network: Sendable, Equatable {
    /// Nothing, not even themselves.
    case none
    /// Each its own loopback.
    case loopback
    /// That, and by a proxy what these entries name.
    case allow([String])
  }

  package enum Isolation: String, Sendable, CaseIterable {
    case node, worker
  }

  /// What holds for one tool alone.
  package struct Terms: Sendable {
    package var isEnabled = true
    package var limits = Limits()
    package var required: [RequiredLimit] = []
    package var price: Price?

    package init() {}
  }
}
